/**
 * What an error's stack tells the author of a task: the lines of the program, by their places in its source as its
 * workflows' lines have them, and those of packages. Lines of this runtime and of Node's inside depend on the machine
 * and on the moment, and are left out; so are the folders above the program.
 */
import { isAbsolute, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { isExecutable } from "../platform/executable.js";
import type { StackText } from "../protocol/value-errors.js";

/** Host code that can be imported. */
export interface HostModule {
  readonly url: string;
  /** Absolute folder to which the names of its sources are relative. */
  readonly root: string;
  /** Its source map as JSON text, where Node does not map stacks by itself. */
  readonly map?: string;
}

const LINE = /^( {4}at (?:.* \(|async )?)([^()]+):(\d+):(\d+)(\)?)$/;
const LISTED = /^ {4}at /;
const INSIDE_NODE = /^node:(?:internal\/|async_hooks$)/;
const PACKAGES = "/node_modules/";
/** Where this runtime's code is: in an executable the scripts of its threads have no files. */
const RUNTIME = isExecutable ? "[worker eval]" : new URL("../", import.meta.url).href;

/** For stacks of errors that the module's code, or what it calls, has thrown. */
export function authorStack(module: HostModule): StackText {
  const place = placesOf(module);
  return (stack) => {
    const lines: string[] = [];
    for (const line of stack.split("\n")) {
      const told = LISTED.test(line) ? tell(line, place) : line;
      if (told !== undefined) lines.push(told);
    }
    return lines.join("\n");
  };
}

type Place = (file: string, line: string, column: string) => string | undefined;

function tell(line: string, place: Place): string | undefined {
  const found = LINE.exec(line);
  if (found === null) return line;
  const { 1: head = "", 2: file = "", 3: row = "", 4: column = "", 5: end = "" } = found;
  const told = place(file, row, column);
  if (told === undefined) return undefined;
  // With a source map Node gives functions without a name one, without a map it does not.
  return end === "" ? `${head}<anonymous> (${told})` : head + told + end;
}

function placesOf({ url, root, map }: HostModule): Place {
  const own = fileURLToPath(url);
  let positions: TraceMap | undefined;
  return (file, line, column) => {
    if (file.startsWith(RUNTIME) || INSIDE_NODE.test(file)) return undefined;
    const path = file.startsWith("file:") ? fileURLToPath(file) : file;
    if (!isAbsolute(path)) return `${file}:${line}:${column}`;
    if (path === own && map !== undefined) {
      positions ??= positionsOf(map);
      const found = originalPositionFor(positions, { line: Number(line), column: Number(column) - 1 });
      if (found.source !== null) return `${found.source}:${found.line}:${found.column + 1}`;
    }
    if (!file.startsWith("file:") && pathToFileURL(path).href.startsWith(RUNTIME)) return undefined;
    return `${named(path, root)}:${line}:${column}`;
  };
}

function positionsOf(map: string): TraceMap {
  try {
    return new TraceMap(map);
  } catch {
    // The code runs the same without it, and stacks lead into it.
    return new TraceMap({ version: 3, names: [], sources: [], mappings: "" });
  }
}

function named(path: string, root: string): string {
  const name = relative(root, path).replaceAll("\\", "/");
  const at = `/${name}`.lastIndexOf(PACKAGES);
  return at < 0 ? name : name.slice(at);
}
