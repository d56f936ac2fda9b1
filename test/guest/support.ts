/**
 * The real guest bundle inside the real engine, driven turn by turn as the sandbox does it. Programs are functions of
 * the helpers, in the form that the compiler gives them; their text goes into the engine, so they must be closed.
 */
import { readFileSync } from "node:fs";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from "quickjs-emscripten";
import type { Command } from "#runtime/protocol/command.js";
import type { Event } from "#runtime/protocol/event.js";
import type { LogLine, TurnBatch, TurnReply } from "#runtime/protocol/guest.js";
import type { GuestHelpers } from "#runtime/protocol/helpers.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { HARDEN_CODE } from "#runtime/sandbox/harden.js";

// biome-ignore lint/suspicious/noExplicitAny: programs of the tests are dynamically typed, like compiled ones
export type Api = Record<string, any>;
export type Helpers = GuestHelpers & { readonly $api: Api };

/**
 * One piece of an async function between two suspensions: gets the frame's slots (first the arguments) and what the
 * awaited promise gave, and returns what to await next; the last piece returns the result. `frame.pc` may be set to
 * jump: to another piece, or to Infinity to return.
 */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Piece = (slots: any[], value: any, frame: { pc: number }) => unknown;
/** Makes an async function of pieces. A rejection goes to the piece number `catchAt`, or out of the function. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Lower = (id: string, pieces: Piece[], catchAt?: number) => (...args: any[]) => any;
export type Program = (helpers: Helpers, lower: Lower) => void;

/** Lowers by hand: in the engine, before the program. */
function makeLower(helpers: Helpers): Lower {
  return (id, pieces, catchAt) => {
    const code = helpers.$code(id, null, (frame, mode, value) => {
      if (mode === 2) {
        helpers.$caught(value);
        if (catchAt === undefined) throw value;
        frame[1] = catchAt;
      }
      const piece = pieces[frame[1]++] as Piece;
      const place = {
        get pc() {
          return frame[1];
        },
        set pc(pc) {
          frame[1] = pc;
        },
      };
      const slots = frame.slice(5);
      const result = piece(slots, value, place);
      frame.length = 5;
      frame.push(...slots);
      return frame[1] < pieces.length ? helpers.$await(frame, result) : result;
    });
    return (...args) => helpers.$async([code, 0, undefined, undefined, [], ...args]);
  };
}

const BUNDLE = readFileSync(new URL("../../runtime/guest/bundle.js", import.meta.url), "utf8");
const STACK_BYTES = 64 * 1024;
const PAGES = 1024;
export const SEED = "000102030405060708090a0b0c0d0e0f";
export const START_TIME = Date.UTC(2030, 0, 1);

export interface GuestOptions {
  readonly harden?: boolean;
  readonly pages?: number;
}

/** An engine with the guest and one program in it. */
export class Guest {
  readonly #context: QuickJSContext;
  readonly #turn: QuickJSHandle;
  readonly #drop: QuickJSHandle;

  private constructor(context: QuickJSContext, turn: QuickJSHandle, drop: QuickJSHandle) {
    this.#context = context;
    this.#turn = turn;
    this.#drop = drop;
  }

  /** `program` may be the text of one. Throws what installing it throws. */
  static async boot(program: Program | string, options: GuestOptions = {}): Promise<Guest> {
    const wasmMemory = new WebAssembly.Memory({ initial: 256, maximum: options.pages ?? PAGES });
    const module = await newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory }));
    const context = module.newContext();
    context.runtime.setMaxStackSize(STACK_BYTES);
    const run = (code: string, file: string) => take(context, context.evalCode(code, file));
    run(BUNDLE, "guest.js").dispose();
    if (options.harden !== false) run(HARDEN_CODE, "harden.js").dispose();
    const entry = run("$eventual", "entry.js");
    const factory = run(
      `let evaluations = 0; (rt) => { evaluations++; (${program.toString()})(rt, (${makeLower.toString()})(rt)); }`,
      "program.js",
    );
    take(context, context.callMethod(entry, "install", [factory])).dispose();
    const [turn, drop] = [context.getProp(entry, "turn"), context.getProp(entry, "drop")];
    for (const handle of [entry, factory]) handle.dispose();
    return new Guest(context, turn, drop);
  }

  turn(request: object, checkpoint?: string): { readonly reply: TurnReply; readonly checkpoint: string | undefined } {
    const texts = [JSON.stringify(request), checkpoint].filter((text) => text !== undefined);
    const args = texts.map((text) => this.#context.newString(text));
    const result = this.#context.callFunction(this.#turn, this.#context.undefined, args);
    for (const arg of args) arg.dispose();
    const answer = take(this.#context, result);
    const text = this.#context.getString(answer);
    answer.dispose();
    const end = text.indexOf("\n");
    const reply = JSON.parse(end < 0 ? text : text.slice(0, end)) as TurnReply;
    return { reply, checkpoint: end < 0 ? undefined : text.slice(end + 1) };
  }

  drop(execution: string): void {
    const id = this.#context.newString(execution);
    take(this.#context, this.#context.callFunction(this.#drop, this.#context.undefined, [id])).dispose();
    id.dispose();
  }

  /** How often the program's modules have been evaluated. */
  get evaluations(): number {
    const handle = take(this.#context, this.#context.evalCode("evaluations", "count.js"));
    const count = this.#context.getNumber(handle);
    handle.dispose();
    return count;
  }

  dispose(): void {
    this.#turn.dispose();
    this.#drop.dispose();
    this.#context.dispose();
  }
}

/** The value of a result; what the guest threw is thrown here. */
function take(context: QuickJSContext, result: ReturnType<QuickJSContext["callFunction"]>): QuickJSHandle {
  if (result.error === undefined) return result.value;
  const { name, message, stack } = context.dump(result.error) as Error;
  result.error.dispose();
  throw Object.assign(new Error(message), { name, stack: `${name}: ${message}\n${stack ?? ""}` });
}

/**
 * One execution in a guest. With `restoring` each turn ends with a checkpoint and the next begins from it in a fresh
 * instance; a checkpoint that cannot be written is an error.
 */
export class Execution {
  now = START_TIME;
  readonly logs: LogLine[] = [];
  readonly guest: Guest;
  readonly id: string;
  readonly #restoring: boolean;
  checkpoint: string | undefined;
  closed = false;
  outcome: unknown;
  failed = false;
  #live = false;

  constructor(guest: Guest, restoring = false, id = "test/1") {
    this.guest = guest;
    this.#restoring = restoring;
    this.id = id;
  }

  start(workflow: string, input: unknown = undefined): Command[] {
    const [, name = ""] = this.id.split("/");
    const execution = { id: this.id, name, startTime: new Date(START_TIME).toISOString() };
    return this.send({ kind: "start", workflow, input: encode(input), execution, seed: SEED });
  }

  timer(seq: number): Command[] {
    return this.send({ kind: "timer", seq });
  }

  task(seq: number, value: unknown = undefined): Command[] {
    return this.send({ kind: "task", seq, outcome: { ok: true, value: encode(value) } });
  }

  taskFailed(seq: number, error: unknown): Command[] {
    return this.send({ kind: "task", seq, outcome: { ok: false, error: encode(error) } });
  }

  signal(signal: string, payload: unknown = undefined): Command[] {
    return this.send({ kind: "signal", signal, payload: encode(payload) });
  }

  /** One activation with these events; gives its commands. Throws on a fault of the engine. */
  send(...events: Event[]): Command[] {
    const batches: TurnBatch[] = [{ now: this.now, events }];
    const bring = !this.#live ? "fresh" : this.#restoring ? "restore" : "live";
    this.#live = true;
    const request = { execution: this.id, bring, batches, write: this.#restoring };
    const { reply, checkpoint } = this.guest.turn(request, bring === "restore" ? this.checkpoint : undefined);
    if (reply.fault !== undefined) throw new Error(`fault ${reply.fault.kind}: ${reply.fault.message}`);
    if (reply.unserializable !== undefined) {
      throw new Error(`cannot be saved: ${reply.unserializable.path}: ${reply.unserializable.what}`);
    }
    this.checkpoint = checkpoint;
    const [result] = reply.results;
    if (result === undefined) throw new Error("no result");
    this.logs.push(...result.logs);
    this.closed = result.closed;
    for (const command of result.commands) if (command.kind === "close") this.#close(command);
    return [...result.commands];
  }

  /** The texts of the log, errors marked. */
  get log(): string[] {
    return this.logs.map(({ level, text }) => (level === "info" ? text : `${level}: ${text}`));
  }

  #close({ outcome }: Extract<Command, { kind: "close" }>): void {
    this.failed = !outcome.ok;
    this.outcome = decode(outcome.ok ? outcome.value : outcome.error);
  }
}

/** Kind and number of each command, and the names and inputs of tasks: `task 2 send("a@b")`. */
export function summary(commands: readonly Command[]): string[] {
  return commands.map((command) => {
    switch (command.kind) {
      case "task":
        return `task ${command.seq} ${command.task}(${JSON.stringify(decode(command.input)) ?? ""})`;
      case "timer":
        return `timer ${command.seq} +${command.at - START_TIME}`;
      case "signal":
        return `signal ${command.seq} ${command.signal} → ${command.execution}`;
      case "close":
        return `close ${command.outcome.ok ? "ok" : "failed"}`;
      default:
        return "seq" in command ? `${command.kind} ${command.seq}` : command.kind;
    }
  });
}
