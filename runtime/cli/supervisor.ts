/**
 * Telling systemd how the server is (`Type=notify`, `WatchdogSec=`): through its own command, because Node has no
 * datagram sockets of the unix kind. Without NOTIFY_SOCKET nothing happens.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const TIMEOUT_MS = 5000;

export interface Supervisor {
  ready(status: string): Promise<void>;
  stopping(): Promise<void>;
}

export interface SupervisorOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Resolves when the engine answers. A sign of life is given only then. */
  readonly alive: () => Promise<unknown>;
  readonly report: (message: string, cause: unknown) => void;
}

/** Begins with the signs of life when it is told `ready`. */
export function superviseBy({ environment, alive, report }: SupervisorOptions): Supervisor {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog } = environment;
  let timer: NodeJS.Timeout | undefined;
  const notify = async (...words: string[]): Promise<void> => {
    if (socket === undefined) return;
    try {
      await run("systemd-notify", [`--pid=${process.pid}`, ...words], { timeout: TIMEOUT_MS, env: environment });
    } catch (cause) {
      report("systemd could not be told how the server is", cause);
    }
  };
  return {
    async ready(status) {
      await notify("--ready", `--status=${status}`);
      const period = Number(watchdog) / 1000 / 2;
      if (!(period > 0)) return;
      timer = setInterval(() => {
        alive().then(
          () => notify("WATCHDOG=1"),
          (cause: unknown) => report("the engine does not answer: no sign of life is given", cause),
        );
      }, period);
      timer.unref();
    },
    async stopping() {
      clearInterval(timer);
      // Not --stopping, which systemd 252 and older do not know.
      await notify("STOPPING=1");
    },
  };
}
