/**
 * Where host code lies while worker threads import it: one private folder per pool, removed when the pool closes or the
 * process exits.
 *
 * It is a real file, not a `data:` URL, because Node resolves packages along the folders above a file. The folders
 * above this one mirror those above `resolveFrom`: each that has a `node_modules` is represented by one with a link to
 * it. So an external package is found exactly where the author's own source would find it, with `import` conditions.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { makeScratchFolder } from "../platform/folders.js";
import type { HostModule } from "./author-stack.js";
import type { HostProgram } from "./tasks.js";

const sourceMapSchema = z.looseObject({ sources: z.array(z.string().nullable()), sourceRoot: z.string().optional() });

export class HostCodeFolder {
  #folder: string | undefined;
  readonly #remove = (): void => this.remove();

  /** Writes the program's code with its source map. Throws what the file system throws. */
  write(program: HostProgram): HostModule {
    const folder = this.#packagesOf(program);
    const file = join(folder, "host.mjs");
    writeFileSync(file, program.code + inlineMap(program));
    return { url: pathToFileURL(file).href, root: resolve(program.resolveFrom) };
  }

  /** Removes everything written. May be called more than once. */
  remove(): void {
    process.off("exit", this.#remove);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    this.#folder = undefined;
  }

  /** Makes the mirrored folders of one program; gives the innermost. */
  #packagesOf(program: HostProgram): string {
    let folder = mkdtempSync(join(this.#root(), "program-"));
    for (const packages of packageFolders(resolve(program.resolveFrom))) {
      folder = join(folder, "inner");
      mkdirSync(folder);
      symlinkSync(packages, join(folder, "node_modules"), "junction");
    }
    return folder;
  }

  #root(): string {
    if (this.#folder === undefined) {
      this.#folder = makeScratchFolder("eventual-tasks-");
      process.once("exit", this.#remove);
    }
    return this.#folder;
  }
}

/** The `node_modules` folders that a module in `folder` can see, the outermost first. */
function packageFolders(folder: string): string[] {
  const above = dirname(folder) === folder ? [] : packageFolders(dirname(folder));
  const packages = join(folder, "node_modules");
  return existsSync(packages) ? [...above, packages] : above;
}

/**
 * The source map as a comment at the end of the code. Its sources are made absolute, from `resolveFrom`, so that a
 * stack names the author's files. A map that cannot be read is left out: the code runs the same without it.
 */
function inlineMap(program: HostProgram): string {
  const map = readMap(program.map);
  if (map === undefined) return "";
  const base = resolve(program.resolveFrom, map.sourceRoot ?? "");
  const sources = map.sources.map((source) =>
    source === null || /^[a-z]{2,}:/i.test(source) ? source : pathToFileURL(resolve(base, source)).href,
  );
  const text = JSON.stringify({ ...map, sourceRoot: "", sources });
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(text).toString("base64")}\n`;
}

function readMap(text: string): z.infer<typeof sourceMapSchema> | undefined {
  if (text === "") return undefined;
  try {
    return sourceMapSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
