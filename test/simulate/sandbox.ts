/**
 * The real guest in the real engine of QuickJS, but on the thread of the simulation: what a sandbox does depends on
 * what it is asked and on nothing else. One realm serves all runs of a process.
 */
import { readFileSync } from "node:fs";
import type { Program } from "#runtime/protocol/program.js";
import { Activation } from "#runtime/sandbox/activation.js";
import { Budget } from "#runtime/sandbox/budget.js";
import { resolveLimits } from "#runtime/sandbox/limits.js";
import { Realms } from "#runtime/sandbox/realms.js";
import type { ActivationReply, ActivationRequest, Sandbox, SandboxProgram } from "#runtime/sandbox/sandbox.js";

const GUEST = new URL("../../runtime/guest/bundle.js", import.meta.url);
const DEADLINE_MS = 60_000;
/** Costs that depend on the work alone, microseconds: measured ones would decide about checkpoints by chance. */
const ACTIVATION_COST = 100;
const COST_PER_BYTE = 0.05;

export class SharedRealms {
  readonly limits = resolveLimits({ deadlineMs: DEADLINE_MS });
  readonly realms: Realms;

  private constructor() {
    const guestCode = readFileSync(GUEST, "utf8");
    const { limits } = this;
    this.realms = new Realms({ limits, guestCode, harden: true, budget: new Budget(), announce: () => {} });
  }

  /** Boots the realm, which takes time that no simulation should see. */
  static async boot({ hash, guest }: Program): Promise<SharedRealms> {
    const shared = new SharedRealms();
    shared.realms.add({ hash, code: guest.code, map: guest.map });
    await shared.realms.boot(hash);
    return shared;
  }

  close(): void {
    const trouble = this.realms.close();
    if (trouble !== undefined) throw new Error(trouble);
  }
}

/** The sandbox of one life of an engine. */
export class SimulatedSandbox implements Sandbox {
  readonly #shared: SharedRealms;
  readonly #mine = new Set<string>();
  #dead = false;
  /** Asked before each activation: true loses it, as when the thread dies. */
  readonly #loses: () => boolean;
  /** Until it resolves, an answer is on its way. */
  readonly #answer: () => Promise<void> | undefined;

  constructor(shared: SharedRealms, loses: () => boolean, answer: () => Promise<void> | undefined) {
    this.#shared = shared;
    this.#loses = loses;
    this.#answer = answer;
  }

  /** How many instances it has. */
  get live(): number {
    return [...this.#mine].filter((execution) => this.#shared.realms.realmOf(execution) !== undefined).length;
  }

  async load({ hash }: SandboxProgram): Promise<void> {
    if (this.#shared.realms.get(hash) === undefined) throw new Error("another program than the realm's");
    await this.#answer();
  }

  async activate(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#dead) return await new Promise<never>(() => {});
    const replies = requests.map((request) => this.#activate(request));
    await this.#answer();
    return this.#dead ? await new Promise<never>(() => {}) : replies;
  }

  drop(executions: readonly string[]): void {
    if (!this.#dead) for (const execution of executions) this.#drop(execution);
  }

  async close(): Promise<void> {
    this.kill();
  }

  /** The process dies: instances are gone, and nothing is answered any more. */
  kill(): void {
    for (const execution of this.#mine) this.#drop(execution);
    this.#dead = true;
  }

  #drop(execution: string): void {
    this.#mine.delete(execution);
    this.#shared.realms.realmOf(execution)?.drop(execution, DEADLINE_MS);
  }

  #activate(request: ActivationRequest): ActivationReply {
    const { realms, limits } = this.#shared;
    const { execution, program, bring } = request;
    if (this.#loses()) {
      this.#drop(execution);
      return { kind: "lost" };
    }
    if (bring !== "live") this.#drop(execution);
    const realm = realms.get(program);
    if (realm === undefined) throw new Error("a program that was not loaded");
    if (bring === "live" && !realm.live.has(execution)) return { kind: "lost" };
    this.#mine.add(execution);
    const { reply, realm: state } = new Activation(realm, request, limits, () => {}).run();
    if (state !== "sound") throw new Error(`the realm is ${state}: ${JSON.stringify(reply)}`);
    if (reply.kind !== "done") return reply;
    const { checkpoint } = reply;
    return {
      ...reply,
      cost: ACTIVATION_COST,
      ...(checkpoint === undefined
        ? {}
        : { checkpoint: { ...checkpoint, cost: Math.round(checkpoint.text.length * COST_PER_BYTE) } }),
    };
  }
}
