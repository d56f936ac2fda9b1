/**
 * A real browser for the dashboard's tests: Chromium as it is installed on the machine, without a window.
 *
 * B1  Each page's requests and errors are kept: `assertClean` fails when it asked anybody but its server, or reported one.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts it. Throws where there is none: these tests are not passed over. */
export async function openBrowser(): Promise<Browser> {
  const named = process.env.CHROMIUM;
  const found = named ?? PLACES.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error("There is no Chromium: `apt-get install chromium`, or name its path in CHROMIUM.");
  }
  // Containers that run tests have no user namespaces for its sandbox.
  return await chromium.launch({ executablePath: found, args: ["--no-sandbox"] });
}

export interface Visit {
  readonly page: Page;
  readonly asked: readonly string[];
  /** Errors that the page or the browser reported. Refusals by the server are reported too. */
  readonly errors: readonly string[];
  assertClean(): void;
}

interface Cleanup {
  after(action: () => Promise<void>): void;
}

/** Opens `path` of the server at `url` in a session of its own. */
export async function visit(
  t: Cleanup,
  browser: Browser,
  url: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const asked: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url + path);
  return {
    page,
    asked,
    errors,
    assertClean() {
      const foreign = asked.filter((address) => !address.startsWith(`${url}/`));
      assert.deepEqual({ foreign, errors }, { foreign: [], errors: [] });
    },
  };
}
