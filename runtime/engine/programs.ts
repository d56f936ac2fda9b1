/**
 * The programs: deployed now or stored earlier, each loaded into sandbox and task pool when first needed.
 *
 * R1  A program is durable before an execution can start on it.
 * R2  A failed load is not remembered: the next one who needs the program tries again.
 */
import type { Declarations } from "../protocol/declarations.js";
import type { Program } from "../protocol/program.js";
import type { RestingPlace, Sandbox } from "../sandbox/sandbox.js";
import type { Store } from "../store/store.js";
import type { TaskPool } from "../tasks/tasks.js";
import type { DeclarationRegistry } from "./declarations.js";
import { checkedProgram, type Stored, StoredPrograms } from "./stored-programs.js";

export class Programs {
  readonly stored: StoredPrograms;
  readonly #sandbox: Pick<Sandbox, "load">;
  readonly #pool: Pick<TaskPool, "load">;
  readonly #guests = new Map<string, Promise<void>>();
  readonly #hosts = new Map<string, Promise<Declarations>>();
  readonly #declarations: Pick<DeclarationRegistry, "declare">;
  /** Hashes whose host code is loaded. */
  readonly #ready = new Set<string>();

  constructor(parts: {
    store: Pick<Store, "saveProgram" | "loadProgram" | "programs">;
    sandbox: Pick<Sandbox, "load">;
    pool: Pick<TaskPool, "load">;
    declarations: Pick<DeclarationRegistry, "declare">;
  }) {
    this.stored = new StoredPrograms(parts.store);
    this.#declarations = parts.declarations;
    this.#sandbox = parts.sandbox;
    this.#pool = parts.pool;
  }

  /** Loads and stores `program`. Throws Fault EV8010 for another ABI, and what sandbox, pool and store throw. */
  async deploy(program: Program, resolveFrom: string): Promise<void> {
    const stored = checkedProgram({ ...program, resolveFrom });
    const [declarations] = await Promise.all([this.host(program.hash, stored), this.guest(program.hash, stored)]);
    await this.stored.save(program, resolveFrom);
    await this.#declarations.declare(program, declarations);
  }

  /** Resolves when the guest code is in the sandbox. Throws Fault EV8009–EV8011 or EV5xxx. */
  guest(hash: string, given?: Stored): Promise<void> {
    return once(this.#guests, hash, async () => {
      const { guest, manifest } = given ?? (await this.stored.read(hash));
      await this.#sandbox.load({ hash, code: guest.code, map: guest.map, resumePoints: resumePointsOf(manifest) });
    });
  }

  /** Resolves when the host code is in the task pool, to what it declares. Throws Fault EV8009–EV8011 or EV7xxx. */
  host(hash: string, given?: Stored): Promise<Declarations> {
    return once(this.#hosts, hash, async () => {
      const { host, resolveFrom } = given ?? (await this.stored.read(hash));
      const declarations = await this.#pool.load({ hash, code: host.code, map: host.map, resolveFrom });
      this.#ready.add(hash);
      return declarations;
    });
  }

  /** True when tasks of the program can be submitted at once. */
  hostIsReady(hash: string): boolean {
    return this.#ready.has(hash);
  }
}

/** The places where a program's calls can rest, for the messages of its sandbox. */
export function resumePointsOf({ modules }: Program["manifest"]): Record<string, RestingPlace> {
  const points: Record<string, RestingPlace> = {};
  for (const { id: file, functions } of modules) {
    for (const { id, name, captures, points: own } of functions) {
      for (const { pc, position, slots } of own) {
        const words = `${name || "<anonymous>"} (${file}:${position.line}:${position.column})`;
        points[`${id}@${pc}`] = { words, captures, slots };
      }
    }
  }
  return points;
}

function once<T>(loads: Map<string, Promise<T>>, hash: string, load: () => Promise<T>): Promise<T> {
  const known = loads.get(hash);
  if (known !== undefined) return known;
  const started = load();
  loads.set(hash, started);
  started.catch(() => loads.delete(hash));
  return started;
}
