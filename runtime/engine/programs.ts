/**
 * The programs: deployed now or stored earlier, each loaded into sandbox and task pool when first needed.
 *
 * R1  A program is durable before an execution can start on it.
 * R2  A failed load is not remembered: the next one who needs the program tries again.
 */
import { z } from "zod";
import { type Program, programSchema, RUNTIME_ABI } from "../protocol/program.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { Store } from "../store/store.js";
import type { TaskPool } from "../tasks/tasks.js";
import { damagedProgram, foreignProgram, unknownProgram, unknownWorkflow } from "./faults.js";

/** What is stored: the artifact and the folder from which its external packages are resolved. */
const storedSchema = programSchema.extend({ resolveFrom: z.string() });
type Stored = z.infer<typeof storedSchema>;

/** What a program's manifest says that the engine needs again and again. */
export interface ProgramFacts {
  readonly workflows: readonly string[];
  /** It has queries, which can also be asked of closed executions. */
  readonly keepsState: boolean;
}

export class Programs {
  readonly #facts = new Map<string, ProgramFacts>();
  readonly #store: Pick<Store, "saveProgram" | "loadProgram">;
  readonly #sandbox: Pick<Sandbox, "load">;
  readonly #pool: Pick<TaskPool, "load">;
  readonly #guests = new Map<string, Promise<void>>();
  readonly #hosts = new Map<string, Promise<void>>();
  /** Hashes whose host code is loaded. */
  readonly #ready = new Set<string>();
  /** Workflow → the newest deployed program that has it. */
  readonly #newest = new Map<string, string>();

  constructor(parts: {
    store: Pick<Store, "saveProgram" | "loadProgram">;
    sandbox: Pick<Sandbox, "load">;
    pool: Pick<TaskPool, "load">;
  }) {
    this.#store = parts.store;
    this.#sandbox = parts.sandbox;
    this.#pool = parts.pool;
  }

  /** Loads and stores `program`. Throws Fault EV8010 for another ABI, and what sandbox, pool and store throw. */
  async deploy(program: Program, resolveFrom: string): Promise<void> {
    const stored = checked({ ...program, resolveFrom });
    await this.guest(program.hash, stored);
    await this.host(program.hash, stored);
    await this.#store.saveProgram(program.hash, JSON.stringify(stored));
    for (const { name } of program.manifest.workflows) this.#newest.set(name, program.hash);
  }

  /** The program for new executions of `workflow`. */
  newest(workflow: string): string | undefined {
    return this.#newest.get(workflow);
  }

  /** Names of the workflows of all deployed programs. */
  workflows(): readonly string[] {
    return [...this.#newest.keys()].sort();
  }

  /** Resolves when the guest code is in the sandbox. Throws Fault EV8009–EV8011 or EV5xxx. */
  guest(hash: string, given?: Stored): Promise<void> {
    return once(this.#guests, hash, async () => {
      const { guest } = given === undefined ? await this.#read(hash) : checked(given);
      await this.#sandbox.load({ hash, code: guest.code, map: guest.map });
    });
  }

  /** Resolves when the host code is in the task pool. Throws Fault EV8009–EV8011 or EV7xxx. */
  host(hash: string, given?: Stored): Promise<void> {
    return once(this.#hosts, hash, async () => {
      const { host, resolveFrom } = given === undefined ? await this.#read(hash) : checked(given);
      await this.#pool.load({ hash, code: host.code, map: host.map, resolveFrom });
      this.#ready.add(hash);
    });
  }

  /** True when tasks of the program can be submitted at once. */
  hostIsReady(hash: string): boolean {
    return this.#ready.has(hash);
  }

  /** The workflows of one program, newest or not. Throws as `guest`. */
  async workflowsOf(hash: string): Promise<readonly string[]> {
    return (await this.factsOf(hash)).workflows;
  }

  /** What a program says of itself. Throws as `guest`. */
  async factsOf(hash: string): Promise<ProgramFacts> {
    let facts = this.#facts.get(hash);
    if (facts === undefined) {
      const { workflows, queries } = (await this.#read(hash)).manifest;
      facts = { workflows: workflows.map(({ name }) => name), keepsState: queries.length > 0 };
      this.#facts.set(hash, facts);
    }
    return facts;
  }

  async #read(hash: string): Promise<Stored> {
    const text = await this.#store.loadProgram(hash);
    if (text === undefined) throw unknownProgram(hash);
    return checked(parsed(hash, text));
  }
}

/**
 * The text under which a program is stored. Throws Fault EV8001 when it has no `workflow`, EV8010 for another ABI.
 */
export function storedProgram(program: Program, resolveFrom: string, workflow: string): string {
  const names = program.manifest.workflows.map(({ name }) => name);
  if (!names.includes(workflow)) throw unknownWorkflow(workflow, names);
  return JSON.stringify(checked({ ...program, resolveFrom }));
}

function parsed(hash: string, text: string): Stored {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damagedProgram(hash, String(error));
  }
  const result = storedSchema.safeParse(value);
  if (result.success) return result.data;
  throw damagedProgram(hash, z.prettifyError(result.error));
}

function checked(program: Stored): Stored {
  if (program.manifest.abi === RUNTIME_ABI) return program;
  throw foreignProgram(program.hash, program.manifest.abi, RUNTIME_ABI);
}

function once(loads: Map<string, Promise<void>>, hash: string, load: () => Promise<void>): Promise<void> {
  const known = loads.get(hash);
  if (known !== undefined) return known;
  const started = load();
  loads.set(hash, started);
  started.catch(() => loads.delete(hash));
  return started;
}
