/** The smallest executables for other systems that can stand in for Node: headers, the mark, and Node's version. */
import { FUSE } from "#runtime/package/base.js";

const PAGE = 0x4000;
/** What makes an executable one of Node. */
export const NODE = Buffer.from(`${FUSE}:0 v${process.versions.node}`);

const MACH_O_HEADER = 32;
const SEGMENT = 72;
const SECTION = 80;

/** A Mach-O file of 64 bits with a text segment and an empty one for links. */
export function machO(processor: number, content: Buffer): Buffer {
  const bytes = Buffer.alloc(2 * PAGE + 16);
  const commandBytes = SEGMENT + SECTION + SEGMENT + 24;
  words(bytes, 0, [0xfeedfacf, processor, 0, 2, 3, commandBytes, 0x85, 0]);
  let at = MACH_O_HEADER;
  const segment = (name: string, place: number, size: number, sections: number): void => {
    bytes.writeUInt32LE(0x19, at);
    bytes.writeUInt32LE(SEGMENT + sections * SECTION, at + 4);
    bytes.write(name, at + 8);
    bytes.writeBigUInt64LE(0x1_0000_0000n + BigInt(place), at + 24);
    bytes.writeBigUInt64LE(BigInt(Math.ceil(size / PAGE) * PAGE), at + 32);
    bytes.writeBigUInt64LE(BigInt(place), at + 40);
    bytes.writeBigUInt64LE(BigInt(size), at + 48);
    words(bytes, at + 56, [5, 5, sections, 0]);
    at += SEGMENT;
  };
  segment("__TEXT", 0, 2 * PAGE, 1);
  bytes.write("__text", at);
  bytes.write("__TEXT", at + 16);
  bytes.writeBigUInt64LE(0x1_0000_0000n + BigInt(PAGE), at + 32);
  bytes.writeBigUInt64LE(BigInt(content.length), at + 40);
  bytes.writeUInt32LE(PAGE, at + 48);
  at += SECTION;
  segment("__LINKEDIT", 2 * PAGE, 16, 0);
  // LC_MAIN
  bytes.writeUInt32LE(0x8000_0028, at);
  bytes.writeUInt32LE(24, at + 4);
  bytes.writeBigUInt64LE(BigInt(PAGE), at + 8);
  content.copy(bytes, PAGE);
  return bytes;
}

export interface Section {
  readonly name: string;
  readonly content: Buffer;
}

/** The sections of a Mach-O file's segment. */
export function sectionsOf(bytes: Buffer, wanted: string): Section[] {
  const found: Section[] = [];
  let at = MACH_O_HEADER;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const [kind, size] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if (kind === 0x19 && text(bytes, at + 8) === wanted) {
      for (let number = 0; number < bytes.readUInt32LE(at + 64); number++) {
        const section = at + SEGMENT + number * SECTION;
        const place = bytes.readUInt32LE(section + 48);
        const content = bytes.subarray(place, place + Number(bytes.readBigUInt64LE(section + 40)));
        found.push({ name: text(bytes, section), content });
      }
    }
    at += size;
  }
  return found;
}

function text(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + 16).replace(/\0.*$/s, "");
}

const FILE_ALIGNMENT = 0x200;
const MEMORY_ALIGNMENT = 0x1000;
const RESOURCES = 2;

/** A PE file of 64 bits with a section for data and an empty one for resources. */
export function portable(content: Buffer): Buffer {
  const bytes = Buffer.alloc(FILE_ALIGNMENT * 4);
  const header = 0x40;
  bytes.write("MZ");
  bytes.writeUInt32LE(header, 0x3c);
  bytes.write("PE\0\0", header);
  words16(bytes, header + 4, [0x8664, 2]);
  words16(bytes, header + 20, [240, 0x22]);
  const optional = header + 24;
  bytes.writeUInt16LE(0x20b, optional);
  words(bytes, optional + 16, [MEMORY_ALIGNMENT, MEMORY_ALIGNMENT]);
  bytes.writeBigUInt64LE(0x1_4000_0000n, optional + 24);
  words(bytes, optional + 32, [MEMORY_ALIGNMENT, FILE_ALIGNMENT]);
  bytes.writeUInt16LE(6, optional + 40);
  bytes.writeUInt16LE(6, optional + 48);
  words(bytes, optional + 56, [3 * MEMORY_ALIGNMENT, FILE_ALIGNMENT * 2]);
  bytes.writeUInt16LE(3, optional + 68);
  bytes.writeUInt32LE(16, optional + 108);
  words(bytes, optional + 112 + RESOURCES * 8, [2 * MEMORY_ALIGNMENT, 16]);
  [".data", ".rsrc"].forEach((name, index) => {
    const section = optional + 240 + index * 40;
    const place = FILE_ALIGNMENT * (index + 2);
    bytes.write(name, section);
    words(bytes, section + 8, [MEMORY_ALIGNMENT, MEMORY_ALIGNMENT * (index + 1), FILE_ALIGNMENT, place]);
    bytes.writeUInt32LE(0xc000_0040, section + 36);
  });
  content.copy(bytes, FILE_ALIGNMENT * 2);
  return bytes;
}

function words(bytes: Buffer, at: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, at + index * 4);
}

function words16(bytes: Buffer, at: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, at + index * 2);
}
