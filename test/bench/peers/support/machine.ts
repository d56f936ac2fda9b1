/** What the machine says: memory of processes, bytes of folders, the price of a sync. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { median } from "../../support/report.js";

const SYNCS = 100;
const PAGE = Buffer.alloc(4096, 1);
const BYTES_PER_BLOCK = 512;

/** Resident bytes of a process. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Bytes allocated for the files in a folder. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).blocks * BYTES_PER_BLOCK;
  }
  return bytes;
}

/** Median ms of a sync after a page was appended to a file in the folder. */
export async function syncCost(folder: string): Promise<number> {
  const path = join(folder, "sync");
  const file = openSync(path, "w");
  const times: number[] = [];
  for (let n = 0; n < SYNCS; n++) {
    const start = performance.now();
    writeSync(file, PAGE);
    fdatasyncSync(file);
    times.push(performance.now() - start);
  }
  closeSync(file);
  await rm(path);
  return median(times);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
