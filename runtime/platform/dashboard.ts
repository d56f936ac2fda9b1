/** The dashboard's files: beside the modules of an installation, parts of a packaged executable. */
import { readFile } from "node:fs/promises";
import { isExecutable, type Part, partBytes } from "./executable.js";

export interface DashboardFile {
  readonly part: Part;
  /** Its name in `dist/runtime/dashboard`. */
  readonly file: string;
  readonly type: string;
}

export const DASHBOARD_FILES: readonly DashboardFile[] = [
  { part: "dashboard.html", file: "index.html", type: "text/html; charset=utf-8" },
  { part: "dashboard.js", file: "main.js", type: "text/javascript; charset=utf-8" },
  { part: "dashboard.css", file: "main.css", type: "text/css; charset=utf-8" },
  { part: "dashboard.svg", file: "icon.svg", type: "image/svg+xml" },
];

/** The content of one of them. */
export async function dashboardFile({ part, file }: DashboardFile): Promise<Uint8Array> {
  return isExecutable ? partBytes(part) : await readFile(new URL(`../dashboard/${file}`, import.meta.url));
}
