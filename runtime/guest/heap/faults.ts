/**
 * The faults of reading a checkpoint, and the refusal that ends writing one.
 */
import { Fault } from "../../protocol/fault.js";

/** EV5101: the text cannot be read. */
export function damaged(detail: string, cause?: unknown): Fault {
  return new Fault("EV5101", `The checkpoint is damaged: ${detail}.`, {
    remedy: "Restore the database from a backup; if the file was not altered, report this as a defect of Eventual.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** EV5102: the text was written in a format that this version does not know. */
export function unknownFormat(version: unknown): Fault {
  return new Fault(
    "EV5102",
    `The checkpoint has format ${String(version)}, which this version of Eventual cannot read.`,
    {
      remedy: "Open the database with the version of Eventual that wrote it, or a newer one.",
    },
  );
}

/** EV5103: evaluating the program again gave other objects than those the checkpoint refers to. */
export function otherInitialisation(detail: string): Fault {
  return new Fault("EV5103", `Module initialisation is not deterministic: ${detail}.`, {
    remedy:
      "Module-level code must give the same objects and values each time it is evaluated: move what depends on time, chance or the environment into the workflow.",
  });
}

/** EV5104: the checkpoint needs a function that the program does not have. */
export function unknownFunction(id: unknown): Fault {
  return new Fault("EV5104", `The checkpoint refers to the function ${String(id)}, which the program does not have.`, {
    remedy: "Resume the execution with the program that it was started with.",
  });
}

/** Ends writing: a value cannot be saved. */
export class Refusal {
  /** What it is, with its article: "an unregistered function". */
  readonly what: string;
  /** Where it is; undefined: in the row that is being written. */
  readonly path: string | undefined;

  constructor(what: string, path?: string) {
    this.what = what;
    this.path = path;
  }
}
