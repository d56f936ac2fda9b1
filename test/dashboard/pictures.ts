/**
 * Takes the documents' pictures of the dashboard anew (`make pictures`): the real server and pages in Chromium, an order
 * that waits for its approval, in both colour schemes. Whoever takes them looks at them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "#runtime/client/http.js";
import { compileApp, ROOT, startEventual } from "../cli/support/eventual.js";
import { openBrowser } from "./browser.js";

const ORDER = {
  customer: "Ada Quist",
  items: [
    { sku: "lamp-07", quantity: 2 },
    { sku: "desk-11", quantity: 1 },
  ],
  declined: 2,
};
const PORT = 8080;

const folder = await mkdtemp(join(tmpdir(), "eventual-pictures-"));
const shop = await compileApp("shop", "shop");
const server = startEventual(["serve", shop.program, "--db", "shop.db", "--http", String(PORT)], { cwd: folder });
const browser = await openBrowser();
try {
  const url = `http://127.0.0.1:${PORT}`;
  await new Promise<void>((resolve) => server.process.stdout?.once("data", () => resolve()));
  const client = connect({ url });
  for (const name of ["2026-1040", "2026-1041"]) {
    await client.start({ workflow: "order", name, input: { ...ORDER, declined: 0 } });
    await client.signal(`order/${name}`, "approve", { by: "Mia" });
    await client.result(`order/${name}`);
  }
  const { id } = await client.start({ workflow: "order", name: "2026-1042", input: ORDER });
  for await (const { event, data } of client.events(id)) if (event === "log" && data.text.startsWith("paid")) break;
  await client.signal(id, "address", "Rue des Lilas 4");
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({
      viewport: { width: 1420, height: 850 },
      deviceScaleFactor: 1.25,
      colorScheme,
    });
    const page = await context.newPage();
    await page.goto(`${url}/dashboard/executions/${id}`);
    await page.getByText('"Rue des Lilas 4"').first().waitFor();
    await page.getByRole("row", { name: /^address signal/ }).waitFor();
    await page.getByText("Compressed", { exact: true }).click();
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(ROOT, `docs/images/execution-${colorScheme}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  server.process.kill("SIGTERM");
  await server.ended;
  await shop.remove();
  await rm(folder, { recursive: true, force: true });
}
