/** Exit codes of `eventual`, and which Fault means which. */
import type { Fault } from "../protocol/fault.js";

export const EXIT = {
  ok: 0,
  /** The execution failed, or the engine did. */
  failed: 1,
  /** The command line, its input or a file it names is wrong; nothing has changed. */
  usage: 2,
  /** Stopped by SIGINT, after a checkpoint. */
  interrupted: 130,
  /** Stopped by SIGTERM, after a checkpoint. */
  terminated: 143,
} as const;

/** Codes that say: what was asked for cannot be, whatever the state of the machine. */
const INPUT_CODES = new Set<string>([
  "EV8308",
  "EV8309",
  "EV8310",
  "EV4001",
  "EV4003",
  "EV4005",
  "EV8201",
  "EV8202",
  "EV8203",
  "EV8204",
  "EV8205",
  "EV8206",
  "EV8207",
  "EV8208",
  "EV8209",
  "EV8211",
  "EV8217",
  "EV8219",
  "EV8220",
  "EV8221",
  "EV8222",
  "EV8223",
  "EV6021",
  "EV6022",
  "EV8009",
  "EV8014",
  "EV8015",
  "EV8018",
  "EV8019",
  "EV8020",
  "EV8030",
  "EV8001",
  "EV8002",
  "EV8003",
  "EV8004",
  "EV8005",
]);

/** 2 for bad input, 1 for every other failure. */
export function exitCodeOf(fault: Fault): number {
  return INPUT_CODES.has(fault.code) ? EXIT.usage : EXIT.failed;
}
