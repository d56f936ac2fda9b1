/**
 * Worker threads of this process. One that will be needed can be started ahead, before it is known what it is to work
 * with: starting takes some 30 ms, in which the rest of the process can get ready.
 *
 * T1  A thread that was started ahead waits, with its modules loaded, until it is taken; it keeps no process alive.
 * T2  `startThread` gives a thread of the kind, started ahead or not: the caller cannot tell which.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import { isExecutable, type Part, partText } from "./executable.js";

export interface ThreadKind {
  /** Its script in a packaged executable. */
  readonly part: Part;
  /** Its module in an installation. */
  readonly file: URL;
  readonly name: string;
  /** MiB; default: Node's. */
  readonly stackMb?: number;
}

interface Ahead {
  readonly kind: ThreadKind;
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly taken: Int32Array;
}

/** What `workerData` is in a thread that was started ahead. */
interface Waiting {
  readonly port: MessagePort;
  /** One Int32: 1 once the data is in the port. */
  readonly taken: Int32Array;
}

let waiting: Ahead[] = [];

/** Starts a thread of the kind, for a later `startThread`. */
export function startAhead(kind: ThreadKind): void {
  const { port1, port2 } = new MessageChannel();
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = create(kind, { port: port2, taken } satisfies Waiting, [port2]);
  const ahead = { kind, worker, port: port1, taken };
  worker.unref();
  port1.unref();
  // Whoever needs one then starts another, and is told why that dies.
  worker.on("error", () => undefined);
  worker.on("exit", () => {
    waiting = waiting.filter((other) => other !== ahead);
  });
  waiting.push(ahead);
}

/** A thread of the kind; `data` is what `threadData` gives in it. */
export function startThread(kind: ThreadKind, data: unknown): Worker {
  const ahead = waiting.find((one) => same(one.kind, kind));
  if (ahead === undefined) return create(kind, data, []);
  waiting = waiting.filter((other) => other !== ahead);
  const { worker, port, taken } = ahead;
  worker.removeAllListeners();
  worker.ref();
  port.postMessage(data);
  port.close();
  Atomics.store(taken, 0, 1);
  Atomics.notify(taken, 0);
  return worker;
}

/** In a thread: what it was started with. One that was started ahead rests here until it is taken (T1). */
export function threadData(): unknown {
  const data: unknown = workerData;
  if (!isWaiting(data)) return data;
  Atomics.wait(data.taken, 0, 0);
  return receiveMessageOnPort(data.port)?.message;
}

function create({ part, file, name, stackMb }: ThreadKind, data: unknown, transferList: MessagePort[]): Worker {
  const options = {
    name,
    workerData: data,
    transferList,
    ...(stackMb === undefined ? {} : { resourceLimits: { stackSizeMb: stackMb } }),
  };
  return isExecutable ? new Worker(partText(part), { ...options, eval: true }) : new Worker(file, options);
}

function same(one: ThreadKind, other: ThreadKind): boolean {
  return one.file.href === other.file.href && one.stackMb === other.stackMb;
}

function isWaiting(data: unknown): data is Waiting {
  return typeof data === "object" && data !== null && "taken" in data && data.taken instanceof Int32Array;
}
