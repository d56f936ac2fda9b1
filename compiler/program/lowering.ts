/** Stands in for compiler/lower until it is there: the guest's code stays as it is. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { types as t } from "@babel/core";
import type { FunctionEntry } from "../../runtime/protocol/program.js";

type Lower = (file: t.File, moduleId: string) => { functions: FunctionEntry[] };

const path = fileURLToPath(new URL("../lower/index.js", import.meta.url));
const loaded: { lower?: Lower } = existsSync(path) ? await import(path) : {};

export const lower: Lower = loaded.lower ?? (() => ({ functions: [] }));
