/**
 * Builds again whenever a file of the program changes, until it is told to stop.
 *
 * W1  No change is missed: the folders are watched before a result is announced, and what changed in between is found
 *     by comparing the files with what was compiled.
 * W2  One build at a time; changes during a build cause one more.
 */
import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Fault } from "../runtime/protocol/fault.js";
import type { BuildResult, Session } from "./build.js";
import { fromFault } from "./diagnostics/diagnostic.js";

export interface WatchedResult {
  readonly result: BuildResult;
  /** The files whose change caused the build, relative to the project's root; empty for the first. */
  readonly changed: readonly string[];
  readonly milliseconds: number;
}

/** Editors write a file in several steps: what happens within this time is one change. */
const SETTLE_MS = 20;
const CONFIGURATION = new Set(["tsconfig.json", "package.json"]);
const SOURCE = /\.([cm]?[jt]sx?|json)$/;

/**
 * Builds, gives the result to `announce`, and builds again after each change. Resolves when `stop` aborts.
 * Rejects with the fault of the first build, as Session.build does; later faults are announced as diagnostics.
 */
export async function watchProgram(
  session: Session,
  stop: AbortSignal,
  announce: (watched: WatchedResult) => Promise<void>,
): Promise<void> {
  const folders = new WatchedFolders();
  try {
    for (let changed: readonly string[] = [], first = true; !stop.aborted; first = false) {
      const start = performance.now();
      const result = await buildAgain(session, first);
      const milliseconds = performance.now() - start;
      folders.cover(session);
      await announce({ result, changed: changed.map((file) => session.shown(file)), milliseconds });
      const missed = session.changedFiles();
      changed = missed.length > 0 ? missed : await folders.nextChange(session, stop);
    }
  } finally {
    folders.close();
  }
}

async function buildAgain(session: Session, first: boolean): Promise<BuildResult> {
  try {
    return await session.build();
  } catch (error) {
    if (first || !(error instanceof Fault)) throw error;
    return { diagnostics: [fromFault(error, undefined, undefined)] };
  }
}

/** The folders of the program's files, watched one by one: a file that an editor replaces stays watched. */
class WatchedFolders {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #touched = new Set<string>();
  #wake: () => void = () => {};

  /** Watches the folders of the files of the last build, and no others. */
  cover(session: Session): void {
    const folders = new Set([...session.files.map((file) => dirname(file)), session.root]);
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder) && existsSync(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder) || !existsSync(folder)) continue;
      const watcher = watch(folder, (_event, name) => this.#touch(folder, name));
      // A folder that disappears: its files are found missing by the next build.
      watcher.on("error", () => this.#touch(folder, null));
      this.#watchers.set(folder, watcher);
    }
  }

  /** The files that changed, when they have settled; none when `stop` aborts first. */
  async nextChange(session: Session, stop: AbortSignal): Promise<readonly string[]> {
    for (;;) {
      await this.#event(stop);
      if (stop.aborted) return [];
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const touched = [...this.#touched];
      this.#touched.clear();
      const changed = new Set([
        ...session.changedFiles(),
        ...touched.filter((file) => CONFIGURATION.has(basename(file)) || !session.files.includes(file)),
      ]);
      if (changed.size > 0) return [...changed].sort();
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #touch(folder: string, name: string | null): void {
    if (name !== null && !SOURCE.test(name)) return;
    this.#touched.add(name === null ? folder : join(folder, name));
    this.#wake();
  }

  #event(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop.removeEventListener("abort", done);
        this.#wake = () => {};
        resolve();
      };
      this.#wake = done;
      stop.addEventListener("abort", done);
      if (this.#touched.size > 0 || stop.aborted) done();
    });
  }
}
