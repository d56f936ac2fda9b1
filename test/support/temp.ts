/**
 * Temporary folders for tests: one per call, removed when the test that asked for it ends, however it ends.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The part of a node:test context that is needed here. */
export interface Cleanup {
  after(action: () => Promise<void>): void;
}

/** Makes an empty folder (absolute path, links resolved) that lives as long as the test `t`. */
export async function temporaryFolder(t: Cleanup): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "eventual-test-")));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
