/**
 * The realms of one engine thread: at most one per program, booted when first needed, replaced when worn out.
 *
 * M1  An execution has an instance in at most one realm; `live` of that realm says so.
 * M2  A realm that is given up takes its instances with it: later `live` requests for them are answered `lost`.
 */
import { Fault } from "../protocol/fault.js";
import { REALMS_PER_WORKER, recycleBytes, TURNS_PER_REALM } from "./limits.js";
import { Realm, type RealmSettings } from "./realm.js";
import type { SandboxProgram } from "./sandbox.js";

export class Realms {
  readonly #settings: RealmSettings;
  readonly #programs = new Map<string, SandboxProgram>();
  /** By program hash, least recently used first. */
  readonly #realms = new Map<string, Realm>();
  /** The last of `#realms`. */
  #latest: Realm | undefined;
  #problem: string | undefined;

  constructor(settings: RealmSettings) {
    this.#settings = settings;
  }

  /** Makes a program known. */
  add(program: SandboxProgram): void {
    this.#programs.set(program.hash, program);
  }

  /** The realm that holds an instance of the execution. */
  realmOf(execution: string): Realm | undefined {
    for (const realm of this.#realms.values()) if (realm.live.has(execution)) return realm;
    return undefined;
  }

  /** The realm of a program if it is there; marks it as used. */
  get(program: string): Realm | undefined {
    const realm = this.#realms.get(program);
    if (realm !== undefined && realm !== this.#latest) {
      this.#realms.delete(program);
      this.#realms.set(program, realm);
      this.#latest = realm;
    }
    return realm;
  }

  /**
   * The realm of a program, booted if it is not there.
   * @throws Fault EV5201 or EV5209 when it cannot be booted, EV5212 for a program that was never loaded
   */
  async boot(program: string): Promise<Realm> {
    const there = this.get(program);
    if (there !== undefined) return there;
    const known = this.#programs.get(program);
    if (known === undefined) {
      throw new Fault("EV5212", `Program ${program} was not loaded into this sandbox.`, {
        remedy: "Load the program before its executions are activated.",
      });
    }
    const realm = await Realm.boot(known, this.#settings);
    this.#realms.set(program, realm);
    this.#latest = realm;
    const [oldest] = this.#realms.values();
    if (this.#realms.size > REALMS_PER_WORKER && oldest !== undefined) this.retire(oldest);
    return realm;
  }

  /** Forgets a realm that is damaged or full. */
  forget(realm: Realm): void {
    if (this.#realms.get(realm.program.hash) === realm) this.#realms.delete(realm.program.hash);
  }

  /** Replaces a realm that has done enough: at once when it is nearly full, else when nobody lives in it. */
  recycle(realm: Realm): void {
    const isFull = realm.memoryBytes > recycleBytes(this.#settings.limits);
    if (isFull || (realm.turns > TURNS_PER_REALM && realm.live.size === 0)) this.retire(realm);
  }

  /** Forgets a sound realm and frees its memory. */
  retire(realm: Realm): void {
    this.forget(realm);
    try {
      realm.dispose();
    } catch (error) {
      this.#problem ??= String(error);
    }
  }

  /** Frees all. Gives the first trouble that disposing any realm has ever made. */
  close(): string | undefined {
    for (const realm of [...this.#realms.values()]) this.retire(realm);
    return this.#problem;
  }
}
