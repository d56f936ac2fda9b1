/**
 * The programs in the database: what they define, and which one new executions of a workflow start on.
 *
 * P1  The newest program is the one that was deployed last, by this engine or an earlier one.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { programContent } from "../protocol/canonical.js";
import { Fault } from "../protocol/fault.js";
import { type Program, programSchema, RUNTIME_ABI } from "../protocol/program.js";
import type { Store } from "../store/store.js";
import { damagedProgram, foreignProgram, unknownProgram, unknownWorkflow } from "./faults.js";

/** What is stored: the artifact and the folder from which its external packages are resolved. */
const storedSchema = programSchema.extend({ resolveFrom: z.string() });
export type Stored = z.infer<typeof storedSchema>;

/** What a program's manifest says that the engine needs again and again. */
export interface ProgramFacts {
  readonly workflows: readonly string[];
  /** It has queries, which can also be asked of closed executions. */
  readonly keepsState: boolean;
}

export class StoredPrograms {
  readonly #store: Pick<Store, "saveProgram" | "loadProgram" | "programs">;
  readonly #facts = new Map<string, ProgramFacts>();
  /** Workflow → the newest program that has it; undefined until it is asked for. */
  #newest: Promise<Map<string, string>> | undefined;

  constructor(store: Pick<Store, "saveProgram" | "loadProgram" | "programs">) {
    this.#store = store;
  }

  /** Stores `program`; durable when it resolves. Throws Fault EV8010 for another ABI. */
  async save(program: Program, resolveFrom: string): Promise<void> {
    const stored = checkedProgram({ ...program, resolveFrom });
    const newest = await this.#all();
    await this.#store.saveProgram(program.hash, JSON.stringify(stored));
    for (const { name } of program.manifest.workflows) newest.set(name, program.hash);
  }

  /**
   * The program that a start means: `wanted`, or else the newest that has the workflow. Throws Fault EV8001 when it has
   * no such workflow, EV8009 to EV8011 when it cannot be used.
   */
  async forStart(workflow: string, wanted: string | undefined): Promise<string> {
    if (wanted === undefined) {
      const newest = await this.#all();
      const hash = newest.get(workflow);
      if (hash === undefined) throw unknownWorkflow(workflow, [...newest.keys()].sort());
      return hash;
    }
    const { workflows } = await this.factsOf(wanted);
    if (!workflows.includes(workflow)) throw unknownWorkflow(workflow, workflows);
    return wanted;
  }

  /** What a program says of itself. Throws Fault EV8009 to EV8011. */
  async factsOf(hash: string): Promise<ProgramFacts> {
    let facts = this.#facts.get(hash);
    if (facts === undefined) {
      const { workflows, queries } = (await this.read(hash)).manifest;
      facts = { workflows: workflows.map(({ name }) => name), keepsState: queries.length > 0 };
      this.#facts.set(hash, facts);
    }
    return facts;
  }

  /** Throws Fault EV8009 for a program that is not there, EV8010 for another ABI, EV8011 for a damaged one. */
  async read(hash: string): Promise<Stored> {
    const text = await this.#store.loadProgram(hash);
    if (text === undefined) throw unknownProgram(hash);
    return checkedProgram(wholeProgram(hash, text));
  }

  #all(): Promise<Map<string, string>> {
    this.#newest ??= this.#readAll();
    const reading = this.#newest;
    reading.catch(() => {
      this.#newest = undefined;
    });
    return reading;
  }

  async #readAll(): Promise<Map<string, string>> {
    const newest = new Map<string, string>();
    for (const hash of await this.#store.programs()) {
      const facts = await this.factsOf(hash).catch(unusable);
      for (const workflow of facts?.workflows ?? []) if (!newest.has(workflow)) newest.set(workflow, hash);
    }
    return newest;
  }
}

/** Throws Fault EV8010 for a program of another ABI. */
export function checkedProgram(program: Stored): Stored {
  if (program.manifest.abi === RUNTIME_ABI) return program;
  throw foreignProgram(program.hash, program.manifest.abi, RUNTIME_ABI);
}

/** What this runtime cannot run, it starts nothing on; executions that need it say so. */
function unusable(error: unknown): undefined {
  if (error instanceof Fault) return undefined;
  throw error;
}

/** The program that a row of the database holds. Throws Fault EV8011 for one that is damaged or altered. */
export function wholeProgram(hash: string, text: string): Stored {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damagedProgram(hash, String(error));
  }
  const result = storedSchema.safeParse(value);
  if (!result.success) throw damagedProgram(hash, z.prettifyError(result.error));
  const { resolveFrom: _resolveFrom, ...program } = result.data;
  const found = createHash("sha256").update(programContent(program)).digest("hex");
  if (found !== hash) throw damagedProgram(hash, `its content has been altered: it has the hash ${found}`);
  return result.data;
}
