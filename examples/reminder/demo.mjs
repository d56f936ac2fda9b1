/**
 * The demonstration behind `make demo`: compiles the reminder program, runs 30 simulated days of it, kills the runtime
 * with SIGKILL six times on the way, and checks that each day's reminder was delivered exactly once.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const DAYS = 30;
const KILLS = 6;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "eventual-demo-"));
const program = join(folder, "reminder.evp");
const database = join(folder, "reminder.db");
const mailbox = join(folder, "mailbox.jsonl");

const say = (text) => console.log(text);
const lines = (file) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []);
const mails = () => lines(mailbox);

function compile() {
  say("$ eventualc build examples/reminder/reminder.ts -o reminder.evp");
  const { status, stderr } = spawnSync(here("../../dist/eventualc"), ["build", here("reminder.ts"), "-o", program]);
  if (status !== 0) throw new Error(`eventualc failed:\n${stderr}`);
}

/** Runs the program; with `killAt`, sends SIGKILL as soon as the mailbox holds that many mails. */
function run(killAt) {
  const args = ["run", program, "reminder", "--input", '"ada@example.org"', "--db", database];
  const environment = { ...process.env, MAILBOX: mailbox, MAIL_DISTANCE_MS: "25" };
  const runtime = spawn(here("../../dist/eventual"), [...args, "--virtual-clock", "--until", `${DAYS}d`, "--json"], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  runtime.stdout.on("data", (chunk) => {
    output += chunk;
  });
  runtime.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    const watch = setInterval(() => {
      if (killAt !== undefined && mails().length >= killAt) runtime.kill("SIGKILL");
    }, 3);
    runtime.on("error", reject);
    runtime.on("close", (code, signal) => {
      clearInterval(watch);
      if (signal === null && code !== 0) reject(new Error(`the runtime failed with exit code ${code}:\n${errors}`));
      else resolve({ killed: signal === "SIGKILL", output });
    });
  });
}

function verify() {
  const delivered = mails().map((line) => JSON.parse(line));
  const days = new Set(delivered.map(({ day }) => day)).size;
  const keys = new Set(delivered.map(({ key }) => key)).size;
  say(`\nMailbox: ${delivered.length} reminders for ${DAYS} days, on ${days} different days.`);
  const again = lines(`${mailbox}.repeated`).length;
  say(`The provider was asked again with a key that it knew, after a crash: ${again} times.`);
  if (delivered.length !== DAYS || days !== DAYS || keys !== DAYS) throw new Error("a reminder was lost or repeated");
}

async function main() {
  say(`Eventual: ${DAYS} days of reminders, ${KILLS} crashes.\n`);
  compile();
  say("$ eventual run reminder.evp reminder --input '\"ada@example.org\"' --virtual-clock\n");
  for (let crash = 1; crash <= KILLS; crash++) {
    const { killed } = await run(Math.round((crash * DAYS) / (KILLS + 1)));
    if (!killed) throw new Error("the runtime ended before it was killed");
    say(`  day ${String(mails().length).padStart(2)}  kill -9 the runtime in mid-flight … same command again`);
  }
  await run(undefined);
  say(`  day ${String(mails().length).padStart(2)}  reached without another crash`);
  verify();
  say(
    `The database that carried it: ${Math.round(statSync(database).size / 1024)} KB. Each reminder was delivered exactly once.`,
  );
}

try {
  await main();
} catch (error) {
  console.error(`\nThe demonstration failed: ${error.message}\nIts files are kept in ${folder}`);
  process.exit(1);
}
rmSync(folder, { recursive: true });
