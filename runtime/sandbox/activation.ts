/**
 * Runs one activation request on a realm: brings the instance, replays its tail, applies the new events, writes the
 * checkpoint. Each of the three is a call of its own, so that each has its own cost and budget.
 *
 * A1  Exactly one result, whatever the guest does.
 * A2  Replayed entries must give the commands they gave when they were committed (invariant 4).
 * A3  A checkpoint that cannot be written never spoils the activation before it.
 * A4  After `suspend` or `lost` the realm has no instance of the execution.
 */
import type { TailEntry } from "../protocol/event.js";
import type { SuspendReason } from "../protocol/execution.js";
import { INITIALISATION_FAILED, type TurnBatch, type TurnReply, type TurnRequest } from "../protocol/guest.js";
import {
  CHECKPOINT_DEADLINES,
  crowdedBytes,
  type SandboxLimits,
  TAIL_ENTRIES_PER_TURN,
  textUnitsMax,
} from "./limits.js";
import type { Announce, Realm } from "./realm.js";
import {
  guestFailed,
  initialisationThrew,
  notRestored,
  outOfMemory,
  replayDiffers,
  stackExhausted,
  tooLarge,
  tooLong,
} from "./reasons.js";
import { hashCommands, readReply } from "./reply.js";
import type { ActivationReply, ActivationRequest } from "./sandbox.js";
import { mapCommands, mapLogs, mapPath, mapText } from "./stack.js";

/** What became of the realm: `dead` must be forgotten, `crowded` also means that the request deserves a fresh realm. */
export type RealmState = "sound" | "dead" | "crowded";

export interface Activated {
  readonly reply: ActivationReply;
  readonly realm: RealmState;
}

type Done = Extract<ActivationReply, { kind: "done" }>;
type Bring = TurnRequest["bring"];
type Turned =
  | { readonly ok: true; readonly reply: TurnReply; readonly checkpoint: string | undefined; readonly micros: number }
  | { readonly ok: false; readonly reason: SuspendReason; readonly realm: RealmState };

export class Activation {
  readonly #realm: Realm;
  readonly #request: ActivationRequest;
  readonly #limits: SandboxLimits;
  readonly #announce: Announce;

  constructor(realm: Realm, request: ActivationRequest, limits: SandboxLimits, announce: Announce) {
    this.#realm = realm;
    this.#request = request;
    this.#limits = limits;
    this.#announce = announce;
  }

  /** Runs it; `bring: "live"` requires the instance to be in the realm. */
  run(): Activated {
    const request = this.#request;
    const isNew = request.bring !== "live" && request.bring.checkpoint === null && request.bring.tail.length === 0;
    // A new execution's first activation is one call with the evaluation of its modules: what those log belongs to it.
    const isStart = isNew && request.events.length > 0;
    if (request.bring !== "live" && !isStart) {
      const failure = this.#bring(request.bring.checkpoint, request.bring.tail);
      if (failure !== undefined) return this.#fail(failure);
    }
    const applied = this.#apply(isStart ? "fresh" : "live");
    if ("ok" in applied) return this.#fail(applied);
    let reply: Done = applied;
    let realm: RealmState = "sound";
    if (request.write && !reply.closed) {
      const written = this.#write();
      reply = { ...reply, ...written.part };
      realm = written.realm;
    }
    if (realm === "sound" && (request.drop || reply.closed) && !this.#drop()) realm = "dead";
    return { reply, realm };
  }

  /** Makes the instance from its checkpoint, or anew, and replays the tail. */
  #bring(checkpoint: string | null, tail: readonly TailEntry[]): (Turned & { ok: false }) | undefined {
    const max = textUnitsMax(this.#limits);
    let bring: Bring = checkpoint === null ? "fresh" : "restore";
    let next = 0;
    do {
      const batches: string[] = [];
      const first = next;
      for (let units = 0; next < tail.length && batches.length < TAIL_ENTRIES_PER_TURN; next++) {
        const entry = tail[next]!;
        const batch = JSON.stringify({ now: entry.now, events: entry.events } satisfies TurnBatch);
        if (batches.length > 0 && units + batch.length > max / 2) break;
        units += batch.length;
        batches.push(batch);
      }
      const text = bring === "restore" && checkpoint !== null ? checkpoint : undefined;
      const turned = this.#turn(bring, batches, false, text);
      if (!turned.ok) return turned;
      const different = turned.reply.results.findIndex(
        (result, index) => hashCommands(result.commands) !== tail[first + index]?.commandsHash,
      );
      if (different >= 0) return { ok: false, reason: replayDiffers(tail[first + different]!.n), realm: "sound" };
      bring = "live";
    } while (next < tail.length);
    return undefined;
  }

  #apply(bring: Bring): Done | (Turned & { ok: false }) {
    const { now, events } = this.#request;
    if (events.length === 0) {
      return { kind: "done", commands: [], commandsHash: hashCommands([]), logs: [], closed: false, cost: 0 };
    }
    const turned = this.#turn(bring, [JSON.stringify({ now, events } satisfies TurnBatch)], false, undefined);
    if (!turned.ok) return turned;
    const result = turned.reply.results[0]!;
    const program = this.#realm.program;
    return {
      kind: "done",
      // Before positions are mapped: what is hashed must not depend on how they are.
      commandsHash: hashCommands(result.commands),
      commands: mapCommands(result.commands, program),
      logs: mapLogs(result.logs, program),
      closed: result.closed,
      cost: turned.micros,
    };
  }

  #write(): { readonly part: Pick<Done, "checkpoint" | "unserializable">; readonly realm: RealmState } {
    const turned = this.#turn("live", [], true, undefined);
    if (!turned.ok) {
      const realm = turned.realm === "sound" && this.#drop() ? "sound" : "dead";
      return { part: { unserializable: { path: "the whole state", what: turned.reason.message } }, realm };
    }
    const { unserializable } = turned.reply;
    if (unserializable !== undefined) {
      const path = mapPath(unserializable.path, this.#realm.program);
      return { part: { unserializable: { ...unserializable, path } }, realm: "sound" };
    }
    const text = turned.checkpoint ?? "";
    const max = textUnitsMax(this.#limits);
    if (text.length === 0 || text.length > max) {
      const what = `a checkpoint of ${text.length} characters, where 1 to ${max} can be read back`;
      return { part: { unserializable: { path: "the whole state", what } }, realm: "sound" };
    }
    return { part: { checkpoint: { text, cost: turned.micros } }, realm: "sound" };
  }

  /** One call into the guest. `batches` are JSON texts of `TurnBatch`es. */
  #turn(bring: Bring, batches: readonly string[], write: boolean, checkpoint: string | undefined): Turned {
    const execution = JSON.stringify(this.#request.execution);
    const text = `{"execution":${execution},"bring":"${bring}","batches":[${batches.join(",")}],"write":${write}}`;
    const max = textUnitsMax(this.#limits);
    const units = Math.max(text.length, checkpoint?.length ?? 0);
    if (units > max) return { ok: false, reason: tooLarge(units, max), realm: "sound" };

    const deadlines = Math.max(batches.length, 1) + (write || bring === "restore" ? CHECKPOINT_DEADLINES : 0);
    const budgetMs = this.#limits.deadlineMs * deadlines;
    const memoryBefore = this.#realm.memoryBytes;
    this.#announce(budgetMs);
    if (bring !== "live") this.#realm.live.add(this.#request.execution);
    const outcome = this.#realm.turn(text, checkpoint, budgetMs);
    switch (outcome.kind) {
      case "interrupted":
        return { ok: false, reason: tooLong(budgetMs), realm: "sound" };
      case "memory":
        return this.#memoryRanOut(memoryBefore);
      case "broken":
        return { ok: false, reason: guestFailed(outcome.message), realm: "dead" };
      case "threw": {
        const { name, message, stack } = outcome.error;
        const what = mapText(`${name}: ${message}\n${stack}`.trimEnd(), this.#realm.program);
        const reason = message.startsWith(INITIALISATION_FAILED)
          ? initialisationThrew(what.slice(what.indexOf(INITIALISATION_FAILED) + INITIALISATION_FAILED.length + 2))
          : bring === "restore"
            ? notRestored(what)
            : guestFailed(what);
        return { ok: false, reason, realm: "sound" };
      }
      case "text":
        return this.#readTurn(outcome.text, outcome.micros, batches.length, memoryBefore);
    }
  }

  #readTurn(text: string, micros: number, batches: number, memoryBefore: number): Turned {
    const max = 2 * textUnitsMax(this.#limits);
    if (text.length > max) return { ok: false, reason: tooLarge(text.length, max), realm: "sound" };
    const read = readReply(text, batches);
    if (typeof read === "string") return { ok: false, reason: guestFailed(read), realm: "sound" };
    const { fault } = read.reply;
    if (fault?.kind === "memory") return this.#memoryRanOut(memoryBefore);
    if (fault !== undefined) {
      const message = mapText(fault.message, this.#realm.program);
      return { ok: false, reason: stackExhausted(message), realm: "sound" };
    }
    return { ok: true, reply: read.reply, checkpoint: read.checkpoint, micros };
  }

  #memoryRanOut(before: number): Turned & { ok: false } {
    const crowded = before > crowdedBytes(this.#limits) && this.#realm.live.size > 1;
    return { ok: false, reason: outOfMemory(this.#limits.memoryBytes), realm: crowded ? "crowded" : "dead" };
  }

  #fail(failure: Turned & { ok: false }): Activated {
    const realm = failure.realm === "sound" && !this.#drop() ? "dead" : failure.realm;
    const lost = realm === "crowded" && this.#request.bring === "live";
    return { reply: lost ? { kind: "lost" } : { kind: "suspend", reason: failure.reason }, realm };
  }

  #drop(): boolean {
    this.#announce(this.#limits.deadlineMs);
    return this.#realm.drop(this.#request.execution, this.#limits.deadlineMs);
  }
}
