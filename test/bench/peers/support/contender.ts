/** What the benchmark asks of each side, ours and a peer's alike. */
import { folderBytes, residentBytes } from "./machine.js";
import { type Command, Driver } from "./process.js";

export interface Contender {
  readonly name: string;
  /** Versions, store and durability, for the foot of the table. */
  readonly about: string;
  /** How many steps an execution can have, where there is a limit. */
  readonly mostSteps?: number;
  /** Makes an empty store in an empty folder. */
  open(folder: string): Promise<Ground>;
}

/** One store and the processes that work on it, one driver at a time. */
export interface Ground {
  /** Starts the driver, and before it what was killed with the last one. */
  launch(): Promise<Driver>;
  /** SIGKILL for the driver and for what is part of the engine. */
  kill(driver: Driver): Promise<void>;
  /** Bytes of memory that the driver, and what is part of the engine, hold. */
  resident(driver: Driver): Promise<number>;
  /** Bytes of the store; no driver runs. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** An engine that is one process and the files of a folder. */
export function embedded(command: Command, folder: string): Ground {
  return {
    launch: () => Driver.launch(command),
    kill: (driver) => driver.kill(),
    resident: (driver) => residentBytes(driver.pid),
    size: () => folderBytes(folder),
    close: async () => {},
  };
}
