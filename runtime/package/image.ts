/** Executable images by their first bytes: for which system and processor a file was made. */
import type { Target } from "./target.js";

/** Shortest file that can be an image. */
const HEADER_BYTES = 64;

const ELF = 0x7f454c46;
const ELF_MACHINE_OFFSET = 18;
const ELF_MACHINES: ReadonlyMap<number, Target> = new Map([
  [62, "linux-x64"],
  [183, "linux-arm64"],
]);

/** Of 64 bits, in the byte order of these processors; files for several processors at once are none of ours. */
const MACH_O = 0xfeedfacf;
const MACH_O_PROCESSOR_OFFSET = 4;
const MACH_O_PROCESSORS: ReadonlyMap<number, Target> = new Map([
  [0x0100_0007, "darwin-x64"],
  [0x0100_000c, "darwin-arm64"],
]);

/** Files for Windows begin with a program for DOS, which says where the header is. */
const DOS = 0x4d5a;
const PE = 0x50450000;
const PE_PLACE_OFFSET = 0x3c;
const PE_MACHINES: ReadonlyMap<number, Target> = new Map([[0x8664, "win32-x64"]]);

/** The target that `bytes` run on; undefined for what is none of ours. */
export function targetOfImage(bytes: Buffer): Target | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  if (bytes.readUInt32BE(0) === ELF) return ELF_MACHINES.get(bytes.readUInt16LE(ELF_MACHINE_OFFSET));
  if (bytes.readUInt32LE(0) === MACH_O) return MACH_O_PROCESSORS.get(bytes.readUInt32LE(MACH_O_PROCESSOR_OFFSET));
  if (bytes.readUInt16BE(0) !== DOS) return undefined;
  const place = bytes.readUInt32LE(PE_PLACE_OFFSET);
  if (place + 6 > bytes.length || bytes.readUInt32BE(place) !== PE) return undefined;
  return PE_MACHINES.get(bytes.readUInt16LE(place + 4));
}
