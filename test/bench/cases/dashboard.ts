/** How long the dashboard's pages take in a real browser, with 100,000 executions in the database. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { compileApp } from "../../cli/support/eventual.js";
import { startServer } from "../../cli/support/serving.js";
import { openBrowser, visit } from "../../dashboard/browser.js";
import { seed } from "../../dashboard/seed.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const EXECUTIONS = 100_000;
const TIMES = 5;

/** What one does, and what one sees when it is done. */
const STEPS: readonly (readonly [
  name: string,
  act: (page: Page) => Promise<unknown>,
  seen: (page: Page) => Promise<unknown>,
])[] = [
  [
    "overview, from its address to its counts",
    (page) => page.goto(at(page, "/dashboard")),
    (page) => page.getByRole("link", { name: "99,900 Succeeded" }).waitFor(),
  ],
  [
    "executions, from the link to the first 50",
    (page) => page.getByRole("navigation").getByRole("link", { name: "Executions" }).click(),
    (page) => page.getByRole("link", { name: "order/o-100000" }).waitFor(),
  ],
  [
    "the next page",
    (page) => page.getByRole("button", { name: "Older" }).click(),
    (page) => page.getByRole("link", { name: "order/o-099950" }).waitFor(),
  ],
  [
    "a search typed, with the 200 ms that it waits for more",
    (page) => page.getByLabel("Id").fill("00001"),
    (page) => page.getByRole("link", { name: "order/o-000019" }).waitFor(),
  ],
  [
    "the failed of one workflow",
    (page) => page.goto(at(page, "/dashboard/executions?status=FAILED&workflow=order")),
    (page) => page.getByRole("link", { name: "order/o-051000" }).waitFor(),
  ],
  [
    "one execution, from the link to its result",
    (page) => page.getByRole("link", { name: "order/o-051000" }).click(),
    (page) => page.getByText("RangeError: no more lamps").first().waitFor(),
  ],
];

function at(page: Page, path: string): string {
  return new URL(path, page.url()).href;
}

export async function dashboardPages({ file }: Setting): Promise<Figure[]> {
  const undo: (() => Promise<void>)[] = [];
  const cleanup = { after: (action: () => Promise<void>) => void undo.unshift(action) };
  try {
    const shop = await compileApp("shop", "shop");
    cleanup.after(() => shop.remove());
    const cwd = file("dashboard");
    await mkdir(cwd);
    cleanup.after(() => rm(cwd, { recursive: true, force: true }));
    await seed(join(cwd, "a.db"), shop.program, EXECUTIONS, Date.now());
    const { url } = await startServer(cleanup, [shop.program, "--db", "a.db", "--http", "0"], { cwd });
    const browser = await openBrowser();
    cleanup.after(() => browser.close());
    const times = STEPS.map((): number[] => []);
    for (let round = 0; round < TIMES; round++) {
      const { page } = await visit(cleanup, browser, url, "/health");
      for (const [index, [, act, seen]] of STEPS.entries()) {
        const begin = performance.now();
        await act(page);
        await seen(page);
        times[index]?.push(performance.now() - begin);
      }
    }
    const note = `${EXECUTIONS.toLocaleString("en-US")} executions; median of ${TIMES} visits`;
    return STEPS.map(([name], index) => cost(`dashboard: ${name}`, median(times[index] ?? []), "ms", undefined, note));
  } finally {
    for (const action of undo) await action();
  }
}
