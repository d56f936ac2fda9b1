/**
 * Goal: what the dashboard shows is what is, by itself as it changes; what it does is asked first, and refusals are
 * shown; it can be used with a keyboard, a screen reader, on a narrow screen and in the dark; it asks nobody but its server.
 * Method: the real server and the real pages in Chromium.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { connect, type HttpClient } from "#runtime/client/http.js";
import { compileApp, eventually, ROOT } from "../cli/support/eventual.js";
import { serveProgram } from "../http/support.js";
import { temporaryFolder } from "../support/temp.js";
import { openBrowser, type Visit, visit } from "./browser.js";
import { seed } from "./seed.js";

let shop: Awaited<ReturnType<typeof compileApp>>;
let browser: Browser;
before(async () => {
  shop = await compileApp("shop", "shop");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await shop?.remove();
});

const ORDER = { customer: "Ada Quist", items: [{ sku: "lamp-07", quantity: 2 }], declined: 1 };

interface Shop {
  readonly url: string;
  readonly client: HttpClient;
  readonly open: (path: string, options?: Parameters<typeof visit>[4]) => Promise<Visit>;
  readonly stop: () => Promise<void>;
}

async function openShop(t: TestContext, options: readonly string[] = [], cwd?: string): Promise<Shop> {
  const serving = await serveProgram(t, shop.program, options, cwd);
  const { url } = serving;
  return {
    url,
    client: connect({ url }),
    open: (path, more) => visit(t, browser, url, path, more),
    async stop() {
      serving.process.kill("SIGKILL");
      await serving.ended;
    },
  };
}

/** Starts the order and waits until it waits for its approval. */
async function waitingOrder(client: HttpClient, name: string): Promise<void> {
  await client.start({ workflow: "order", name, input: ORDER });
  for await (const { event, data } of client.events(`order/${name}`)) {
    if (event === "log" && data.text.startsWith("paid")) return;
  }
}

const order = (name: string): string => `/dashboard/executions/order/${name}`;

function heading(page: Page, name: string): Promise<void> {
  return page.getByRole("heading", { level: 1, name }).waitFor();
}

/** The violations that axe finds on the page as it is, by rule. */
async function violations(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return await page.evaluate(`axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => html.slice(0, 160) + failureSummary)]))`);
}

test("an empty server says so, and how to begin", async (t) => {
  const { open } = await openShop(t);
  const { page, assertClean } = await open("/");
  await heading(page, "Overview");
  assert.match(page.url(), /\/dashboard$/);
  await page.getByText("No executions yet").waitFor();
  await page.getByRole("link", { name: "Executions" }).click();
  await heading(page, "Executions");
  await page.getByText("No executions yet").waitFor();
  assertClean();
});

test("the overview counts, as it changes; what failed is listed with why", async (t) => {
  const { open, client } = await openShop(t);
  await client.start({ workflow: "refund", name: "r", input: "R-1" });
  await client.result("refund/r");
  const { page, assertClean } = await open("/dashboard");
  await page.getByRole("link", { name: "1 Failed" }).waitFor();
  await page.getByRole("img", { name: "In the last 60 minutes: 1 started, 0 succeeded, 1 failed" }).waitFor();
  const trouble = page.getByRole("region", { name: "Needs attention" });
  await trouble.getByRole("row", { name: /Failed refund\/r .*RangeError: R-1 is older than 90 days/ }).waitFor();
  await client.start({ workflow: "nightly report", name: "emea", input: "EMEA" });
  await page.getByRole("link", { name: "1 In progress" }).waitFor();
  await page.getByRole("link", { name: "1 Failed" }).click();
  await heading(page, "Executions");
  assert.equal(await page.getByLabel("Status").inputValue(), "FAILED");
  await page.getByRole("link", { name: "refund/r" }).click();
  await heading(page, "refund/r");
  await page.getByText("RangeError: R-1 is older than 90 days").waitFor();
  await page.getByText(/^\s+at .*shop\.ts:\d+:\d+/).waitFor();
  assertClean();
});

test("an execution's page: where it waits, timeline, and by itself what a signal changes", async (t) => {
  const { open, client } = await openShop(t);
  await waitingOrder(client, "o-1");
  const { page, assertClean } = await open(order("o-1"));
  await heading(page, "order/o-1");
  const standing = page.getByRole("region", { name: "Where it waits" });
  await standing.getByRole("heading", { name: "Waits for signal approve" }).waitFor();
  const line = standing.locator("li[aria-current]");
  assert.match(await line.innerText(), /const approval = await approve\.expectSignal/);
  const variables = standing.getByLabel("Variables of workflow(order)");
  assert.match((await variables.innerText()).replaceAll(/\s+/g, " "), /customer "Ada Quist" .* total 39/);

  const timeline = page.getByRole("region", { name: "Timeline" });
  await timeline.getByRole("row", { name: /^reserve task done/ }).waitFor();
  await timeline.getByRole("row", { name: /^charge task done, attempt 2/ }).waitFor();
  const charge = timeline.getByRole("button", { name: "charge task" });
  await charge.click();
  assert.equal(await charge.getAttribute("aria-expanded"), "true");
  await timeline.getByText("Error: card declined: insufficient funds").waitFor();
  await timeline.getByLabel("Output of charge", { exact: true }).getByText('"R-20417"').waitFor();
  // Attempts, and what is still open: bars on the axis, none outside of it.
  const bars = await timeline.locator(".track .bar").evaluateAll((all) =>
    all.map((bar) => {
      const [own, track] = [bar.getBoundingClientRect(), bar.parentElement?.getBoundingClientRect()];
      return track !== undefined && own.width > 0 && own.left >= track.left - 1 && own.right <= track.right + 5;
    }),
  );
  assert.deepEqual(
    bars,
    [true, true, true, true, true],
    "reserve, two attempts, the timer until now and still to come",
  );

  await client.signal("order/o-1", "address", "Rue des Lilas 4");
  await page.getByRole("region", { name: "Log" }).getByText("address changed: Rue des Lilas 4").waitFor();
  await timeline.getByRole("row", { name: /^address signal received/ }).waitFor();
  await variables.getByText('"Rue des Lilas 4"').waitFor();

  await page.getByRole("button", { name: "Signal …" }).click();
  const dialog = page.getByRole("dialog", { name: "Send a signal" });
  assert.equal(await dialog.getByLabel("Signal").inputValue(), "approve", "the signal that it waits for");
  await dialog.getByLabel("Payload").fill("{ by: Mia }");
  await dialog.getByRole("button", { name: "Send" }).click();
  await dialog.getByRole("alert").getByText("The payload is not JSON").waitFor();
  await dialog.getByLabel("Payload").fill('{ "by": "Mia" }');
  await dialog.getByRole("button", { name: "Send" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Result" }).getByText('"Mia"').waitFor();
  await page.locator(".lead-facts").getByText("Succeeded").waitFor();
  await standing.waitFor({ state: "detached" });
  await timeline.getByRole("row", { name: /^ship\/.* child done/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Signal …" }).count(), 0, "nothing can be done to it any more");
  await timeline.getByRole("button", { name: /^ship\/.* child$/ }).click();
  await timeline.getByRole("link", { name: /^ship\// }).click();
  await heading(page, "ship/");
  await page.getByRole("link", { name: "order/o-1" }).click();
  await heading(page, "order/o-1");
  assertClean();
});

test("calls that wait at one line are gone through; the whole file shows every line where one waits", async (t) => {
  const waits = await compileApp("waits");
  t.after(waits.remove);
  const { url } = await serveProgram(t, waits.program);
  const client = connect({ url });
  await client.start({ workflow: "waits", name: "w" });
  await eventually("all of it waits", async () =>
    (await client.standing("waits/w")).stacks?.length === 8 ? true : undefined,
  );
  const { page, assertClean } = await visit(t, browser, url, "/dashboard/executions/waits/w");
  const standing = page.getByRole("region", { name: "Where it waits" });
  const naps = standing.locator("article", { hasText: "nap" }).filter({ hasText: "call 1 of 3" });
  await naps.getByText("Waits for a timer").waitFor();
  const due = async () => await naps.getByRole("heading").innerText();
  const first = await due();
  const next = standing.getByRole("button", { name: "Next call of nap" });
  await next.focus();
  await page.keyboard.press("Enter");
  await standing.getByText("call 2 of 3").waitFor();
  await page.keyboard.press("Enter");
  await standing.getByText("call 3 of 3").waitFor();
  assert.ok(await next.isDisabled());
  assert.match(first, /Waits for a timer\s+due in/);
  const race = standing.locator("article", { hasText: "Waits for the first of" });
  await race.getByText("signal stop").waitFor();
  await race.getByText("the end of all of 4 promises").waitFor();
  await standing.getByRole("link", { name: "child/c" }).waitFor();

  await race.getByRole("button", { name: /^Whole file waits\.ts/ }).click();
  const source = race.getByRole("region", { name: /^Source of workflow/ });
  await source.getByText('import { condition, duration, signal, task, workflow } from "eventual";').waitFor();
  assert.equal(await source.locator("li.here").count(), 1);
  assert.equal(await source.locator("li.also").count(), 5, "nap, inTurn, and three of the calls in the list");
  assert.match(await source.locator("li.also").first().innerText(), /await duration\(days, "days"\);\s*3 calls/);
  const isInView = await source.evaluate((box) => {
    const line = box.querySelector("li.here")?.getBoundingClientRect();
    const { top, bottom } = box.getBoundingClientRect();
    return line !== undefined && line.top >= top && line.bottom <= bottom;
  });
  assert.ok(isInView, "it is scrolled to the line");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Signal …" }).click();
  const named = page.getByRole("dialog").getByLabel("Signal");
  assert.equal(await named.inputValue(), "stop", "the signal that it waits for among others");
  assertClean();
});

test("what cannot be taken back is asked first; a refusal says what, with which code, and what to do", async (t) => {
  const { open, client } = await openShop(t);
  for (const name of ["a", "b", "c"]) await waitingOrder(client, name);
  const { page, assertClean } = await open(order("a"));
  const ask = async (action: string): Promise<void> => {
    await page.getByRole("button", { name: `${action} …` }).click();
    await page.getByRole("dialog", { name: `${action} this execution?` }).waitFor();
  };
  await ask("Terminate");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await client.get("order/a")).status, "IN_PROGRESS");
  await ask("Suspend");
  await page.getByLabel("Reason").fill("stock check");
  await page.getByRole("button", { name: "Suspend", exact: true }).click();
  await page.getByRole("note").getByText("stock check").waitFor();
  await ask("Resume");
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByText("It goes on.").waitFor();
  await page.getByRole("button", { name: "Suspend …" }).waitFor();
  await ask("Cancel");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.locator(".lead-facts").getByText("Cancelled").waitFor();
  assertClean();

  const other = await open(order("b"));
  await other.page.getByRole("button", { name: "Terminate …" }).click();
  await other.page.getByRole("button", { name: "Terminate", exact: true }).click();
  await other.page.locator(".lead-facts").getByText("Terminated").waitFor();

  const late = await open(order("c"));
  await late.page.getByRole("button", { name: "Terminate …" }).waitFor();
  // Its page does not learn that the execution ends meanwhile.
  await late.page.context().setOffline(true);
  await client.control("order/c", "terminate");
  await client.result("order/c");
  await late.page.getByRole("button", { name: "Terminate …" }).click();
  const alert = late.page.getByRole("dialog").getByRole("alert");
  await late.page.getByRole("button", { name: "Terminate", exact: true }).click();
  await alert.getByText("EV8213").waitFor();
  await late.page.context().setOffline(false);
  await late.page.getByRole("button", { name: "Terminate", exact: true }).click();
  await alert.getByText("EV8005").waitFor();
  await alert.getByText("A closed execution takes no signals; start a new one.").waitFor();
});

test("open tasks are listed; one that rests can begin its next attempt now; what has failed is started again", async (t) => {
  const { open, client } = await openShop(t);
  await client.start({ workflow: "invoice", name: "i-1", input: "ada@example.org" });
  const { page, assertClean } = await open("/dashboard/tasks");
  await page.getByRole("row", { name: /^mail invoice rests, next attempt in 5 h 1 .* invoice\/i-1/ }).waitFor();
  await page.getByRole("button", { name: "Retry now … mail invoice of invoice/i-1" }).click();
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByText("No open tasks").waitFor();
  assert.deepEqual((await client.result("invoice/i-1")).result, { to: "ada@example.org", message: "sent" });

  await client.start({ workflow: "refund", name: "r", input: "R-1" });
  await client.result("refund/r");
  await page.goto(new URL("/dashboard/executions/refund/r", page.url()).href);
  await page.getByRole("button", { name: "Retry …" }).click();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await heading(page, "refund/r~1");
  assert.equal((await client.result("refund/r~1")).status, "FAILED");
  assertClean();
});

test("schedules are paused, resumed and begun; dead letters tried again and forgotten; axe finds nothing there", async (t) => {
  const clock = await compileApp("clock", "shop");
  t.after(() => clock.remove());
  const { url } = await serveProgram(t, clock.program);
  const client = connect({ url });
  const { page, assertClean } = await visit(t, browser, url, "/dashboard/schedules", { reducedMotion: "reduce" });
  await page.getByRole("row", { name: /^nightly report 0 3 \* \* \* Europe\/Lisbon in .* never/ }).waitFor();
  await page.getByRole("row", { name: /^often report every 12 h in 11 h never/ }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Pause … often" }).click();
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByRole("row", { name: /^often report every 12 h paused never/ }).waitFor();
  assert.equal((await client.schedules()).find(({ name }) => name === "often")?.paused, true);
  await page.getByRole("button", { name: "Resume … often" }).click();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.getByRole("button", { name: "Pause … often" }).waitFor();
  await page.getByRole("button", { name: "Start … nightly" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await heading(page, "report/");
  await page.getByText('"report of EMEA"').waitFor();

  await client.emit("paid", { id: "o-9" });
  await page.getByRole("link", { name: "Dead letters" }).click();
  const letter = page.getByRole("article", { name: "paid for books" });
  await letter.getByText("RangeError: no account for o-9").waitFor();
  await letter.getByText('"o-9"').waitFor();
  assert.deepEqual(await violations(page), []);
  const [first] = (await client.deadLetters()).items;
  await letter.getByRole("button", { name: "Try again …" }).click();
  await page.getByRole("button", { name: "Try again", exact: true }).click();
  await eventually("the next failure", async () => {
    const [next] = (await client.deadLetters()).items;
    return next !== undefined && next.givenUp !== first?.givenUp ? next : undefined;
  });
  await letter.getByRole("button", { name: "Forget …" }).click();
  await page.getByRole("button", { name: "Forget", exact: true }).click();
  await page.getByText("No dead letters").waitFor();
  assert.deepEqual((await client.deadLetters()).items, []);
  assertClean();
});

test("the keyboard is enough: from the first page to a step, a dialog and back", async (t) => {
  const { open, client } = await openShop(t);
  await waitingOrder(client, "o-1");
  const { page } = await open("/dashboard");
  await heading(page, "Overview");
  const { keyboard } = page;
  const focused = (): Promise<string> => page.evaluate("(document.activeElement?.textContent ?? '').trim()");
  const tabTo = async (wanted: RegExp): Promise<void> => {
    for (let steps = 0; steps < 40; steps++) {
      await keyboard.press("Tab");
      if (wanted.test(await focused())) return;
    }
    assert.fail(`Tab does not reach ${wanted}`);
  };
  await keyboard.press("Tab");
  assert.equal(await focused(), "Skip to content");
  await tabTo(/^Executions$/);
  await keyboard.press("Enter");
  await heading(page, "Executions");
  await page.locator("h1:focus", { hasText: "Executions" }).waitFor();
  await keyboard.press("/");
  await keyboard.type("o-1");
  await page.waitForURL(/text=o-1/);
  await tabTo(/^order\/o-1$/);
  await keyboard.press("Enter");
  await heading(page, "order/o-1");
  await page.locator("h1:focus", { hasText: "order/o-1" }).waitFor();
  await tabTo(/^Signal …$/);
  await keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(), "Signal …", "the focus comes back to where it was");
  await tabTo(/^chargetask$/);
  await keyboard.press("Enter");
  await page.getByText("Error: card declined: insufficient funds", { exact: true }).waitFor();
});

test("no accessibility violation that axe finds, in light and dark, on any page, in a dialog", async (t) => {
  const { open, client } = await openShop(t);
  await waitingOrder(client, "o-1");
  await client.start({ workflow: "invoice", name: "i-1", input: "ada@example.org" });
  await client.start({ workflow: "refund", name: "r", input: "R-1" });
  await client.result("refund/r");
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open("/dashboard", { colorScheme, reducedMotion: "reduce" });
    const look = async (path: string, title: string, ready: string): Promise<void> => {
      await page.goto(new URL(path, page.url()).href);
      await heading(page, title);
      await page.locator(ready).first().waitFor();
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
    };
    await look("/dashboard", "Overview", "#attention ~ *, .executions");
    await look("/dashboard/executions", "Executions", ".executions");
    await look("/dashboard/executions?text=none", "Executions", ".empty");
    await look("/dashboard/programs", "Programs", "table");
    await look("/dashboard/tasks", "Open tasks", "table");
    await look("/dashboard/executions/refund/r", "refund/r", ".error-line");
    await look("/dashboard/nothing", "No such page", ".empty");
    await look(order("o-1"), "order/o-1", ".source");
    await page.getByRole("button", { name: /charge/ }).click();
    await page.locator(".details").waitFor();
    await page.getByRole("button", { name: "Signal …" }).click();
    assert.deepEqual(await violations(page), [], `dialog ${colorScheme}`);
  }
});

test("dark by the system's choice or one's own, which stays", async (t) => {
  const { open } = await openShop(t);
  const { page } = await open("/dashboard", { colorScheme: "dark" });
  const paper = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
  await heading(page, "Overview");
  assert.equal(await paper(), "rgb(18, 20, 19)");
  await page.getByText("Light", { exact: true }).click();
  assert.equal(await paper(), "rgb(250, 249, 246)");
  await page.reload();
  await heading(page, "Overview");
  assert.equal(await paper(), "rgb(250, 249, 246)");
  await page.getByText("Auto", { exact: true }).click();
  assert.equal(await paper(), "rgb(18, 20, 19)");
});

test("a narrow screen scrolls down, not sideways", async (t) => {
  const { open, client } = await openShop(t);
  await waitingOrder(client, "o-1");
  const { page } = await open("/dashboard", { viewport: { width: 360, height: 740 } });
  for (const [path, ready] of [
    ["/dashboard", ".counts"],
    ["/dashboard/executions", ".executions"],
    [order("o-1"), ".source"],
  ] as const) {
    await page.goto(new URL(path, page.url()).href);
    await page.locator(ready).waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360, path);
  }
  const track = await page.locator(".track").first().boundingBox();
  assert.ok((track?.width ?? 0) > 120, "the time axis is still there");
});

test("tokens: asked for, kept in the tab alone, and what they do not allow is refused", async (t) => {
  const cwd = await temporaryFolder(t);
  const hash = (token: string): string => createHash("sha256").update(token).digest("hex");
  const tokens = [
    { name: "reader", sha256: hash("see"), scopes: ["read"] },
    { name: "boss", sha256: hash("do"), scopes: ["admin"] },
  ];
  await writeFile(join(cwd, "tokens.json"), JSON.stringify(tokens));
  const { open, url } = await openShop(t, ["--tokens", "tokens.json"], cwd);
  await connect({ url, token: "do" }).start({ workflow: "order", name: "o-1", input: ORDER });
  const { page, asked } = await open(order("o-1"));
  await heading(page, "This server asks for a token");
  assert.equal(await page.getByRole("alert").count(), 0, "nothing was wrong yet");
  const enter = async (token: string): Promise<void> => {
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Go on" }).click();
  };
  await enter("guess");
  await page.getByRole("alert").getByText("EV8302").waitFor();
  await enter("see");
  await heading(page, "order/o-1");
  await page.getByRole("button", { name: "Terminate …" }).click();
  await page.getByRole("button", { name: "Terminate", exact: true }).click();
  await page.getByRole("alert").getByText("EV8303").waitFor();
  assert.deepEqual(
    asked.filter((address) => /see|guess/.test(address)),
    [],
    "no address holds a token",
  );
  assert.deepEqual(await page.evaluate("[JSON.stringify({ ...localStorage }), document.cookie]"), ["{}", ""]);
  const other = await open(order("o-1"));
  await heading(other.page, "This server asks for a token");
  await page.reload();
  await heading(page, "order/o-1");
  await page.getByRole("button", { name: "Forget the token" }).click();
  await heading(page, "This server asks for a token");
});

test("pages bring a policy that lets nothing else in, and are not for frames; the API's stays as it is", async (t) => {
  const { url } = await openShop(t);
  for (const path of ["/dashboard", "/dashboard/executions/order/x", "/dashboard/main.js", "/dashboard/main.css"]) {
    const { headers, status } = await fetch(url + path);
    assert.equal(status, 200);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    const again = await fetch(url + path, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    assert.equal(again.status, 304);
  }
  const foreign = await fetch(`${url}/dashboard`, { headers: { origin: "https://elsewhere.example" } });
  assert.equal(foreign.status, 403);
});

test("what a browser loads is small", async () => {
  const files = ["index.html", "main.js", "main.css", "icon.svg"].map((file) =>
    join(ROOT, "dist/runtime/dashboard", file),
  );
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  const sum = sizes.reduce((left, right) => left + right);
  assert.ok(sum < 150_000, `${sum} bytes with gzip: is a library imported whole?`);
});

test("a server that goes away is missed, and what is shown stays", async (t) => {
  const { open, client, stop } = await openShop(t);
  await waitingOrder(client, "o-1");
  const { page } = await open(order("o-1"));
  await page.locator(".source").waitFor();
  await stop();
  await page.getByRole("status").getByText("The server does not answer").waitFor();
  assert.ok(await page.locator(".source").isVisible());
});

test("a hundred thousand executions: counted, paged, filtered and searched", async (t) => {
  const cwd = await temporaryFolder(t);
  await seed(join(cwd, "a.db"), shop.program, 100_000, Date.now());
  const { open } = await openShop(t, [], cwd);
  const { page, assertClean } = await open("/dashboard");
  await page.getByRole("link", { name: "99,900 Succeeded" }).waitFor();
  await page.getByRole("link", { name: "100 Failed" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Executions" }).click();
  await page.getByRole("link", { name: "order/o-100000" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 50);
  await page.getByRole("button", { name: "Older" }).click();
  await page.getByRole("link", { name: "order/o-099950" }).waitFor();
  await page.getByRole("button", { name: "Older" }).click();
  await page.getByRole("link", { name: "order/o-099900" }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "order/o-099950" }).waitFor();
  await page.getByRole("button", { name: "Newer" }).click();
  await page.getByRole("link", { name: "order/o-100000" }).waitFor();
  await page.getByLabel("Id").fill("00001");
  await page.getByRole("link", { name: "order/o-000019" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 11, "10 to 19, and 1");
  await page.getByLabel("Id").fill("");
  await page.getByLabel("Status").selectOption("Failed");
  await page.getByRole("link", { name: "order/o-051000" }).waitFor();
  await page.getByLabel("Started").selectOption("Last hour");
  await page.locator("tbody tr").nth(4).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "order/o-099000" }).waitFor();
  assertClean();
});
