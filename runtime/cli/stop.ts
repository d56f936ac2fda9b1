/** SIGINT and SIGTERM: the first asks for a clean end, the second ends at once. */
import { EXIT } from "./exit.js";

export type StopSignal = "SIGINT" | "SIGTERM";

export interface StopRequests {
  /** Resolves with the first signal. */
  readonly requested: Promise<StopSignal>;
  /** Gives the signals back to Node. */
  dispose(): void;
}

/** The exit code of a process that stopped for `signal`: 130 or 143, as shells report it. */
export function exitCodeOfSignal(signal: StopSignal): number {
  return signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated;
}

/** Listens from now on. */
export function listenForStop(): StopRequests {
  let resolve: (signal: StopSignal) => void = () => {};
  const requested = new Promise<StopSignal>((settle) => {
    resolve = settle;
  });
  let first = true;
  const onSignal = (signal: StopSignal): void => {
    if (!first) process.exit(exitCodeOfSignal(signal));
    first = false;
    resolve(signal);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    requested,
    dispose() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
