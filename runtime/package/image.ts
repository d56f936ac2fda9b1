/** Executable images by their first bytes: for which system and processor a file was made. */
import type { Target } from "./target.js";

const ELF = 0x7f454c46;
const ELF_MACHINE_OFFSET = 18;
const ELF_MACHINES: ReadonlyMap<number, Target> = new Map([
  [62, "linux-x64"],
  [183, "linux-arm64"],
]);
/** Shortest file that can be an image. */
const HEADER_BYTES = 64;

/** The target that `bytes` run on; undefined for what is none of ours. */
export function targetOfImage(bytes: Buffer): Target | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== ELF) return undefined;
  return ELF_MACHINES.get(bytes.readUInt16LE(ELF_MACHINE_OFFSET));
}
