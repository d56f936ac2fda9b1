/**
 * Goal: with a codec no payload is in the database in readable form, and nobody reads or alters it without the keys.
 * Method: a text that is in every kind of payload is looked for in the bytes of all files, and the files are altered.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { codecOf } from "#runtime/cli/codec.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { chainCodecs, type PayloadCodec } from "#runtime/store/codec.js";
import { compression } from "#runtime/store/codecs/compression.js";
import { encryption } from "#runtime/store/codecs/encryption.js";
import { connect } from "#runtime/store/sqlite/driver.js";
import { examine } from "#runtime/store/sqlite/examine.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { open, WAYS, type World } from "./support.js";

const SECRET = "tinker tailor soldier sailor";
const OLD = randomBytes(32);
const NEW = randomBytes(32).toString("base64");

/** True when any file of the database has the text in its bytes. */
function isReadable(database: string): boolean {
  const files = readdirSync(dirname(database)).filter((name) => name.startsWith(basename(database)));
  assert.ok(files.length > 0);
  return files.some((name) => readFileSync(join(dirname(database), name)).includes(SECRET));
}

/** Everything up to the signal, with an engine that has been closed and opened in between. */
async function untilSignal(t: TestContext, options: Parameters<typeof open>[2]): Promise<World> {
  const world = await open(t, "codec", options);
  await world.start("secretive", SECRET, "one");
  await world.engine.idle();
  const next = await world.reopen();
  await next.pass(60_000);
  return next;
}

for (const { way, ...options } of WAYS) {
  test(`nothing that programs say is readable in the database (${way})`, async (t) => {
    const codec = chainCodecs([compression(), encryption({ keys: { a: OLD } })]);
    const world = await untilSignal(t, { ...options, codec });
    assert.ok(!isReadable(world.database), "while it waits");
    const seen = await world.engine.query("secretive/one", "seen", encode(undefined));
    assert.equal(seen.ok && decode(seen.value), SECRET);
    const [dead] = await world.engine.deadLetters({ limit: 1 });
    assert.match(String(decode(dead?.error ?? "")), /refused tinker/);
    await world.signal("secretive/one", "more", `${SECRET}!`);
    assert.deepEqual((await world.outcome("secretive/one")).value, {
      done: { secret: SECRET, last: { seen: SECRET } },
      failure: `inner ${SECRET}`,
      later: `${SECRET}!`,
    });
    assert.deepEqual(
      (await world.engine.logs("secretive/one", { limit: 9 })).map(({ text }) => text),
      [`given ${SECRET}`, `attempt 1 of task "flaky" failed: TypeError: not yet, ${SECRET}`],
    );
    const file = await examine(world.database, codec);
    t.after(() => file.close());
    assert.deepEqual(await file.findings(() => {}), []);
    assert.equal(decode((await file.list({ limit: 9, workflow: "secretive" }))[0]?.input ?? ""), SECRET);
    const copy = join(await temporaryFolder(t), "copy.db");
    await file.backup(copy);
    assert.ok(!isReadable(copy));
    await world.engine.close();
    assert.ok(!isReadable(world.database), "when it is closed");
  });
}

test("without a codec the same text is there: the search finds what it looks for", async (t) => {
  assert.ok(isReadable((await untilSignal(t, {})).database));
});

async function refusal(database: string, codec?: PayloadCodec): Promise<string> {
  const errors: string[] = [];
  for (const opening of [() => openStore(database, { codec }), () => examine(database, codec)]) {
    await assert.rejects(
      opening,
      (error: Error & { code?: string }) => errors.push(`${error.code} ${error.message}`) > 0,
    );
  }
  assert.equal(errors[0], errors[1], "an engine and a reader are refused alike");
  return errors[0] ?? "";
}

test("without the codec, without its key or with another key the database is not opened", async (t) => {
  const world = await untilSignal(t, { codec: encryption({ keys: { a: OLD } }) });
  await world.engine.close();
  assert.match(await refusal(world.database), /^EV6021 /);
  assert.match(await refusal(world.database, encryption({ keys: { b: NEW } })), /^EV6022 .*key "a".*: b$/);
  assert.match(await refusal(world.database, encryption({ keys: { a: NEW } })), /^EV6023 .*authenticate/);
  assert.match(await refusal(world.database, compression()), /^EV6023 /);
});

test("a new key encrypts from now on; the old one is needed as long as its records are there", async (t) => {
  const world = await untilSignal(t, { codec: encryption({ keys: { a: OLD } }) });
  await world.engine.close();
  const both = encryption({ keys: { a: OLD, b: NEW }, current: "b" });
  const next = await open(t, "codec", { database: world.database, start: world.clock.now(), codec: both });
  await next.signal("secretive/one", "more", "x");
  assert.equal((await next.outcome("secretive/one")).status, "SUCCEEDED");
  await next.engine.close();
  const file = await examine(world.database, encryption({ keys: { b: NEW } }));
  t.after(() => file.close());
  const findings = await file.findings(() => {});
  assert.ok(findings.length > 0 && findings.every(({ message }) => /key "a"/.test(message)), JSON.stringify(findings));
});

test("a record in which one bit was changed is found and not used", async (t) => {
  const codec = encryption({ keys: { a: OLD } });
  const world = await untilSignal(t, { codec });
  await world.engine.close();
  const connection = await connect(world.database, "write");
  const read = await connection.prepare("SELECT input FROM execution WHERE id = 'secretive/one'");
  const input = Buffer.from((await read.all())[0]?.input as Uint8Array);
  input[input.length - 1] = (input.at(-1) ?? 0) ^ 1;
  const write = await connection.prepare("UPDATE execution SET input = ? WHERE id = 'secretive/one'");
  await write.run([input]);
  await connection.close();
  const file = await examine(world.database, codec);
  t.after(() => file.close());
  assert.match((await file.findings(() => {}))[0]?.message ?? "", /^execution: a record cannot be decoded/);
  await assert.rejects(file.execution("secretive/one"), { code: "EV6023" });
});

test("a database that was plain can be opened with a codec: old records stay readable, new ones are not", async (t) => {
  const world = await untilSignal(t, {});
  await world.engine.close();
  const codec = chainCodecs([compression({ threshold: 0 }), encryption({ keys: { a: OLD } })]);
  const next = await open(t, "codec", { database: world.database, start: world.clock.now(), codec });
  await next.signal("secretive/one", "more", "x");
  assert.equal((await next.outcome("secretive/one")).status, "SUCCEEDED");
  await next.engine.close();
  assert.match(await refusal(world.database), /^EV6021 /);
});

test("compression makes repetitive payloads small and leaves others as they are", () => {
  const codec = compression();
  const long = Buffer.from("again and ".repeat(1000));
  assert.ok(codec.encode(long).length < long.length / 20);
  for (const bytes of [long, Buffer.from("short"), randomBytes(5000), Buffer.alloc(0)]) {
    assert.ok(codec.encode(bytes).length <= bytes.length + 1);
    assert.deepEqual(Buffer.from(codec.decode(codec.encode(bytes))), Buffer.from(bytes));
  }
});

test("keys that cannot be used are refused by what is wrong with them, and never shown", async (t) => {
  const file = join(await temporaryFolder(t), "keys");
  const bad = (settings: object): string => {
    try {
      codecOf(settings);
    } catch (error) {
      return String(error);
    }
    return "none";
  };
  assert.match(bad({ "encryption-keys": "a:aGVsbG8=" }), /key "a" has 5 bytes instead of 32/);
  assert.match(bad({ "encryption-keys": NEW }), /not of the form id:base64/);
  assert.ok(!bad({ "encryption-keys": NEW }).includes(NEW));
  assert.match(bad({ "encryption-keys": `a:${NEW},a:${NEW}` }), /given twice/);
  assert.match(bad({ "encryption-key-file": file }), /ENOENT/);
  assert.match(bad({ "encryption-key-file": file, "encryption-keys": `a:${NEW}` }), /both/);
  const codec = codecOf({ "encryption-keys": `2026-11:${NEW}`, compress: true });
  const plain = Buffer.from(SECRET);
  assert.deepEqual(Buffer.from(codec?.decode(codec.encode(plain)) ?? []), plain);
  assert.equal(codecOf({}), undefined);
});
