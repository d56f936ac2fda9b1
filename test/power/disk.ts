/**
 * What a disk may hold after a loss of power, from a record of record.c.
 *
 * P1  What was written before a sync began is there once that sync has ended. Of everything else any part may be there,
 *     in pieces of 512 bytes, whatever was written first.
 * P2  A file that was made is there once its folder was synced; one that was removed may come back until then.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Chance } from "../simulate/random.js";

/** The least that a disk writes at once. */
const SECTOR = 512;
const HEAD = 40;

export type Operation =
  | { readonly kind: "open"; readonly file: number; readonly name: string; readonly isNew: boolean }
  | { readonly kind: "write"; readonly file: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "cut"; readonly file: number; readonly at: number }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "sync" | "synced"; readonly file: number; readonly thread: number };

/** Reads a record. Throws for one that is not of record.c. */
export function readRecord(record: Buffer): readonly Operation[] {
  const operations: Operation[] = [];
  for (let from = 0; from < record.length; ) {
    const [kind = 0, file = 0, at = 0, thread = 0, length = 0] = [0, 1, 2, 3, 4].map((n) =>
      Number(record.readBigUInt64LE(from + 8 * n)),
    );
    const bytes = record.subarray(from + HEAD, from + HEAD + length);
    from += HEAD + length;
    switch (String.fromCharCode(kind)) {
      case "O":
        operations.push({ kind: "open", file, name: bytes.toString(), isNew: at === 1 });
        break;
      case "W":
        operations.push({ kind: "write", file, at, bytes });
        break;
      case "T":
        operations.push({ kind: "cut", file, at });
        break;
      case "U":
        operations.push({ kind: "remove", name: bytes.toString() });
        break;
      case "s":
        operations.push({ kind: "sync", file, thread });
        break;
      case "S":
        operations.push({ kind: "synced", file, thread });
        break;
      default:
        throw new TypeError(`no record: kind ${kind}`);
    }
  }
  return operations;
}

type Change = Extract<Operation, { kind: "write" | "cut" }>;

class Content {
  /** What is certainly there. */
  sure = Buffer.alloc(0);
  /** What may be there, in order. */
  unsure: Change[] = [];

  /** The first `count` changes are certainly there. */
  settle(count: number): void {
    for (const change of this.unsure.splice(0, count)) this.sure = changed(this.sure, change);
  }
}

function changed(content: Buffer<ArrayBuffer>, change: Change): Buffer<ArrayBuffer> {
  const grown = (length: number): Buffer<ArrayBuffer> =>
    content.length >= length ? content : Buffer.concat([content, Buffer.alloc(length - content.length)]);
  if (change.kind === "cut") return grown(change.at).subarray(0, change.at);
  const result = grown(change.at + change.bytes.length);
  change.bytes.copy(result, change.at);
  return result;
}

/** How much of what may be lost is lost: everything, nothing, or by chance. */
export type Loss = "all" | "none" | Chance;

export class Disk {
  readonly #contents: Content[] = [];
  /** By number of the open file. */
  readonly #open = new Map<number, Content>();
  /** The folder as it is, as it certainly is on the disk, and the names in which they may differ. */
  readonly #names = new Map<string, Content>();
  readonly #sureNames = new Map<string, Content>();
  /** Syncs under way: how much of a file they cover, or the folder as it was when they began. */
  readonly #syncs = new Map<string, number | ReadonlyMap<string, Content>>();

  apply(operation: Operation): void {
    switch (operation.kind) {
      case "open": {
        const { file, name, isNew } = operation;
        let content = isNew ? undefined : this.#names.get(name);
        if (content === undefined) {
          content = new Content();
          this.#contents.push(content);
          this.#names.set(name, content);
        }
        this.#open.set(file, content);
        return;
      }
      case "remove":
        this.#names.delete(operation.name);
        return;
      case "sync": {
        const { file, thread } = operation;
        const covered = file === 0 ? new Map(this.#names) : this.#content(file).unsure.length;
        this.#syncs.set(`${thread} ${file}`, covered);
        return;
      }
      case "synced": {
        const key = `${operation.thread} ${operation.file}`;
        const covered = this.#syncs.get(key);
        this.#syncs.delete(key);
        if (typeof covered === "number") this.#settle(this.#content(operation.file), covered);
        else if (covered !== undefined) this.#settleNames(covered);
        return;
      }
      default:
        this.#content(operation.file).unsure.push(operation);
    }
  }

  /** Writes into `folder` what a loss of power at this moment leaves. Files for which `isKept` is false are left out. */
  lose(folder: string, loss: Loss, isKept: (name: string) => boolean): void {
    const is = (percent: number): boolean => (typeof loss === "string" ? loss === "none" : loss.percent(percent));
    for (const name of new Set([...this.#names.keys(), ...this.#sureNames.keys()])) {
      const [now, sure] = [this.#names.get(name), this.#sureNames.get(name)];
      const content = now === sure || is(50) ? now : sure;
      if (content === undefined || !isKept(name)) continue;
      let bytes = Buffer.from(content.sure);
      for (const change of content.unsure) {
        if (change.kind === "cut") {
          if (is(50)) bytes = changed(bytes, change);
          continue;
        }
        for (let from = 0; from < change.bytes.length; from += SECTOR) {
          if (is(70)) {
            const piece = change.bytes.subarray(from, from + SECTOR);
            bytes = changed(bytes, { ...change, at: change.at + from, bytes: piece });
          }
        }
      }
      writeFileSync(join(folder, name), bytes);
    }
  }

  #content(file: number): Content {
    const content = this.#open.get(file);
    if (content === undefined) throw new TypeError(`file ${file} was not opened`);
    return content;
  }

  /** Other syncs of the file that are under way cover so much less. */
  #settle(content: Content, count: number): void {
    content.settle(count);
    for (const [key, covered] of this.#syncs) {
      const file = Number(key.split(" ")[1]);
      if (typeof covered === "number" && this.#open.get(file) === content) {
        this.#syncs.set(key, Math.max(0, covered - count));
      }
    }
  }

  #settleNames(names: ReadonlyMap<string, Content>): void {
    this.#sureNames.clear();
    for (const [name, content] of names) this.#sureNames.set(name, content);
  }
}
