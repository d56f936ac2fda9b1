/**
 * Goal: every command does what it is for on a running engine, and refuses what cannot be, with a code: those that are yet
 * to be written too.
 * Method: a table of both, whose keys must be the commands that the real command lists; each is run as a process.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { commandsIn } from "./support/commands.js";
import { compileApp, effects, eventual, eventually, ROOT } from "./support/eventual.js";
import { startServer } from "./support/serving.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

interface Row {
  /** What it is given, and a part of what it says. */
  readonly does: readonly [args: readonly string[], says: RegExp];
  readonly refuses: readonly [args: readonly string[], code: string];
  /** The execution whose end the next rows need. */
  readonly ends?: string;
}

/** In an order in which each finds what it needs; `token()` is that of the task of `ask/t`. */
const rows = (token: () => string): Readonly<Record<string, Row>> => ({
  deploy: { does: [[app.program], /greet/], refuses: [["none.evp"], "EV8201"] },
  run: {
    does: [[app.program, "greet", "--db", "other.db", "--input", '"Ada"'], /Hello Ada/],
    refuses: [[app.program, "great"], "EV8205"],
  },
  start: {
    does: [["walk", "--id", "x", "--input", "10"], /^walk\/x$/m],
    refuses: [["walk", "--id", "x", "--input", "11"], "EV8002"],
  },
  signal: { does: [["walk/x", "move", "1"], /^$/], refuses: [["walk/none", "move", "1"], "EV8004"] },
  request: { does: [["walk/x", "move", "2"], /^3$/m], refuses: [["walk/none", "move", "1"], "EV8004"] },
  query: { does: [["walk/x", "place", '"m"'], /^"3 m"$/m], refuses: [["walk/x", "place", "m"], "EV8206"] },
  emit: { does: [["arrival", '"bus"'], /^$/], refuses: [["arrival", "{"], "EV8206"] },
  list: { does: [["--workflow", "walk"], /walk\/x +IN_PROGRESS/], refuses: [["--status", "LOST"], "EV8208"] },
  show: { does: [["walk/x"], /status +IN_PROGRESS/], refuses: [["walk/none"], "EV8004"] },
  inspect: { does: [["walk/x"], /waits for .*condition/], refuses: [["walk/none"], "EV8004"] },
  history: { does: [["walk/x"], /signal move/], refuses: [["walk/none"], "EV8004"] },
  suspend: { does: [["walk/x", "--reason", "lunch"], /walk\/x is suspended/], refuses: [["walk/none"], "EV8004"] },
  resume: { does: [["walk/x"], /walk\/x goes on/], refuses: [["walk/none"], "EV8004"] },
  cancel: {
    does: [["walk/x", "--reason", "rain"], /walk\/x/],
    refuses: [["walk/none"], "EV8004"],
    ends: "walk/x",
  },
  logs: { does: [["walk/x"], /stopped at 3: rain/], refuses: [["walk/none"], "EV8004"] },
  retry: { does: [["walk/x"], /walk\/x~1/], refuses: [["walk/none"], "EV8004"] },
  terminate: {
    does: [["walk/x~1", "--yes"], /walk\/x~1/],
    refuses: [["walk/none", "--yes"], "EV8004"],
    ends: "walk/x~1",
  },
  "tasks list": { does: [[], /ask\/t#\d+ +decide +waiting/], refuses: [["--limit", "0"], "EV8208"] },
  "tasks heartbeat": { does: [[token(), "1"], /^$|wanted|on/], refuses: [["x"], "EV8014"] },
  "tasks complete": { does: [[token(), '"yes"'], /^$|complete/], refuses: [["x", '"yes"'], "EV8014"] },
  "tasks fail": { does: [["ask/f#1", "no"], /^$|fail/], refuses: [["ask/none#1", "no"], "EV8004"] },
  wait: { does: [["ask/t"], /decided yes/], refuses: [["ask/none"], "EV8004"] },
  "schedules list": { does: [[], /daily/], refuses: [["--no-such"], "EV8208"] },
  "schedules pause": { does: [["daily"], /^$|daily/], refuses: [["weekly"], "EV8020"] },
  "schedules resume": { does: [["daily"], /^$|daily/], refuses: [["weekly"], "EV8020"] },
  "schedules trigger": { does: [["daily"], /ask\//], refuses: [["weekly"], "EV8020"] },
  "deadletters list": { does: [[], /greeter +arrival/], refuses: [["--limit", "x"], "EV8208"] },
  "deadletters retry": { does: [["1"], /^$|1/], refuses: [["99"], "EV8019"] },
  "deadletters drop": { does: [["2", "--yes"], /dropped/], refuses: [["99", "--yes"], "EV8019"] },
  programs: { does: [[], /desk\.ts/], refuses: [["--no-such"], "EV8208"] },
  stats: { does: [[], /walk +TERMINATED +1/], refuses: [["--db", "none.db"], "EV8209"] },
  doctor: { does: [[], /sound|no |ok/i], refuses: [["--db", "none.db"], "EV8209"] },
  prune: { does: [["--older-than", "0s", "--dry-run"], /\d/], refuses: [["--older-than", "soon"], "EV8211"] },
  backup: { does: [["copy.db"], /copy\.db/], refuses: [["copy.db"], "EV6020"] },
  completion: { does: [["bash"], /complete .*eventual/], refuses: [["csh"], "EV8208"] },
  serve: { does: [["--help"], /Run an engine/], refuses: [["none.evp"], "EV8201"] },
});

/** Those that run on, or build for long, with the tests that do so. `serve` is what all here talk to. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  dev: "test/cli/dev.test.ts",
  package: "test/package/executable.test.ts",
};

test("every command succeeds at what it is for, and refuses what cannot be", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EVENTUAL_DB: "a.db", EFFECTS: join(cwd, "effects") };
  const commands = (await commandsIn(cwd)).map((words) => words.join(" "));
  const table = rows(() => "");
  assert.deepEqual([...Object.keys(table), ...Object.keys(ELSEWHERE)].sort(), [...commands].sort());
  for (const [name, file] of Object.entries(ELSEWHERE)) {
    assert.match(readFileSync(join(ROOT, file), "utf8"), new RegExp(`\\["${name}"`), name);
  }
  await startServer(t, [desk.program], { cwd, env });
  const run = (...args: string[]) => eventual(args, { cwd, env });
  for (const name of ["t", "f"]) assert.equal((await run("start", "ask", "--id", name)).code, 0);
  const token = await eventually("the tasks wait", () => {
    const known = effects(env.EFFECTS) as unknown as { key?: string; token?: string }[];
    return known.filter(({ token: each }) => each !== undefined).length === 2
      ? known.find(({ key }) => key?.includes("ask/t"))?.token
      : undefined;
  });
  for (const what of ["bus", "tram"]) await run("emit", "arrival", JSON.stringify(what));
  await eventually("two dead letters", async () => {
    const { stdout } = await run("deadletters", "list");
    return stdout.split("arrival").length > 2 ? true : undefined;
  });
  const wrong: object[] = [];
  for (const [name, { does, refuses, ends }] of Object.entries(rows(() => token))) {
    const done = await run(...name.split(" "), ...does[0]);
    if (done.code !== 0 || !does[1].test(done.stdout + done.stderr)) wrong.push({ name, done });
    if (ends !== undefined) await run("wait", ends);
    const refused = await run(...name.split(" "), ...refuses[0]);
    const isRefused = refused.code !== 0 && new RegExp(`^error ${refuses[1]}: `, "m").test(refused.stderr);
    if (!isRefused) wrong.push({ name, refused });
  }
  assert.deepEqual(wrong, []);
});
