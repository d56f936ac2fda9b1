/** A driver: a process that does the work on request and says when its steps run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

const lineSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ mark: z.string(), at: z.number() }),
  z.object({ id: z.number(), value: z.unknown() }),
  z.object({ id: z.number(), error: z.string() }),
]);

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Longer than any round takes: what has not answered by then never will. */
const PATIENCE_MS = 600_000;
const ERROR_TAIL = 2000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

export class Driver {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;
  #errors = "";

  private constructor({ program, args, folder, env }: Command) {
    this.#child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: "pipe" });
    this.#child.stderr?.on("data", (data) => {
      this.#errors = `${this.#errors}${data}`.slice(-ERROR_TAIL);
    });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.#hear(line));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code, signal) => this.#end(`the driver ended (${signal ?? code})`));
  }

  /** Starts the process; resolves when it takes requests. Throws with the end of its error output. */
  static async launch(command: Command): Promise<Driver> {
    const driver = new Driver(command);
    await driver.#wait("ready");
    return driver;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Has the driver do something; gives the number that it answers. */
  async request(operation: string, n = 0): Promise<number> {
    const id = ++this.#requests;
    const answer = this.#wait(`answer ${id}`);
    this.#child.stdin?.write(`${JSON.stringify({ id, operation, n })}\n`);
    return Number(await answer);
  }

  /** Resolves with the time (ms since the epoch) at which a step says so next. */
  async marked(name: string): Promise<number> {
    return Number(await this.#wait(`mark ${name}`));
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    await this.request("close");
    await ended;
  }

  #wait(key: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#take(key)?.reject(new Error(`no ${key} within ${PATIENCE_MS} ms`)),
        PATIENCE_MS,
      );
      this.#waiting.set(key, { resolve, reject, timer });
    });
  }

  #take(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  /** Lines that are none of the driver's are what a library prints. */
  #hear(text: string): void {
    const line = text.startsWith("{") ? lineSchema.safeParse(JSON.parse(text)).data : undefined;
    if (line === undefined) return;
    if ("ready" in line) this.#take("ready")?.resolve(true);
    else if ("mark" in line) this.#take(`mark ${line.mark}`)?.resolve(line.at);
    else if ("error" in line) this.#take(`answer ${line.id}`)?.reject(new Error(line.error));
    else this.#take(`answer ${line.id}`)?.resolve(line.value);
  }

  #end(reason: string): void {
    const error = new Error(`${reason}\n${this.#errors}`);
    for (const key of [...this.#waiting.keys()]) this.#take(key)?.reject(error);
  }
}
