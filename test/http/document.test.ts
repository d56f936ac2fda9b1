/**
 * Goal: the document at /openapi.json is a valid one, and true: every operation in it is asked for with success by the
 * typed client, sends and answers what its schemas say, and no operation is left out, those that are yet to be written too.
 * (That each refuses what all have to refuse is in routes.test.ts.)
 * Method: `eventual serve --http` as a process; a `fetch` that writes down what the client sends and is answered, and a
 * validator of JSON schemas that knows nothing of the schemas' makers.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { connect, type HttpClient } from "#runtime/client/http.js";
import { compileApp, effects, eventually } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { serveProgram } from "./support.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Described {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface Document {
  readonly components: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

/** What was sent and answered. */
interface Exchange {
  readonly operation: string;
  readonly described: Described;
  readonly sent: string | undefined;
  readonly status: number;
  readonly type: string;
  readonly answer: Promise<string>;
}

async function documentOf(url: string): Promise<Document> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as Document;
}

/** A `fetch` that keeps what goes through it. */
function recording({ paths }: Document): { fetch: typeof fetch; exchanges: Exchange[] } {
  const known = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
      return { operation: `${method} ${path}`, method: method.toUpperCase(), pattern, described };
    }),
  );
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    fetch: async (input, init) => {
      const { pathname } = new URL(String(input));
      const method = init?.method ?? "GET";
      const found = known.find((each) => each.method === method && each.pattern.test(pathname));
      if (found === undefined) throw new Error(`the document has no ${method} ${pathname}`);
      const response = await fetch(input, init);
      exchanges.push({
        ...found,
        sent: init?.body === undefined ? undefined : String(init.body),
        status: response.status,
        type: response.headers.get("content-type") ?? "",
        answer: response.clone().text(),
      });
      return response;
    },
  };
}

/** Does each thing that a client can do. `tokens` are those that the tasks of `ask` have written down, by attempt. */
async function doEverything(client: HttpClient, program: object, tokens: () => readonly string[]): Promise<void> {
  await client.start({ workflow: "walk", name: "w", input: 10, idempotencyKey: "k" });
  await client.start({ workflow: "walk", name: "w", input: 10 });
  const id = "walk/w";
  await client.signal(id, "move", 1, { id: "once" });
  assert.deepEqual(await client.request(id, "move", 2), { result: 3 });
  await client.query(id, "place", "m");
  await client.query(id, "place", "km");
  await client.get(id);
  await client.standing(id);
  await client.timeline(id);
  await client.control(id, "suspend", "lunch");
  await client.standing(id);
  await client.control(id, "resume");
  await client.control(id, "cancel", "rain");
  await client.result(id);
  for await (const _ of client.logs(id));
  for await (const _ of client.events(id));
  await client.retry(id);
  await client.control("walk/w~1", "terminate");

  for (const name of ["a", "b", "c", "d"]) await client.start({ workflow: "ask", name });
  await eventually("the tasks wait", async () => {
    const { items } = await client.tasks();
    return items.length === 4 && items.every(({ state }) => state === "waiting") ? true : undefined;
  });
  await client.tasks({ limit: 1 });
  const [first = "", second = ""] = tokens();
  await client.heartbeatTask(first, { seen: true });
  await client.completeTask(first, "yes");
  await client.failTask(second, { message: "no" });
  const [third, fourth] = (await client.tasks()).items;
  assert.ok(third !== undefined && fourth !== undefined);
  await client.completeTask(third, { done: [1] });
  await client.failTask(fourth, { name: "Refusal", message: "no" });
  for (const name of ["a", "b", "c", "d"]) await client.result(`ask/${name}`);
  await client.start({ workflow: "stubborn", name: "s" });
  const resting = await eventually("it rests", async () =>
    (await client.tasks()).items.find(({ state }) => state === "resting"),
  );
  await client.retryTask(resting);
  await client.result("stubborn/s");

  await client.emit("arrival", "bus");
  const [letter] = await eventually("a dead letter", async () => {
    const { items } = await client.deadLetters({ subscription: "greeter" });
    return items.length > 0 ? items : undefined;
  });
  await client.retryDeadLetter(letter?.id ?? 0);
  await client.dropDeadLetter(
    (await eventually("it is dead again", async () => (await client.deadLetters()).items[0])).id,
  );
  await client.pauseSchedule("daily");
  await client.schedules();
  await client.resumeSchedule("daily");
  await client.triggerSchedule("daily");
  await client.deploy(program);
  for (const { hash, entry } of await client.programs()) await client.source(hash, entry);
  for await (const _ of client.list({ values: "full" }));
  await client.page({ limit: 1 });
  await client.overview();
  await client.stats();
  await client.prune({ olderThanMs: 0, dryRun: true });
}

/** Those that no client needs: for load balancers and watchdogs. */
const HEALTH = ["/health", "/healthz", "/ready", "/readyz"];

test("the document is valid, and everything the client sends and is answered is as it says", async (t) => {
  const cwd = await temporaryFolder(t);
  process.env.EFFECTS = join(cwd, "effects");
  t.after(() => {
    delete process.env.EFFECTS;
  });
  const { url } = await serveProgram(t, desk.program, [], cwd);
  const document = await documentOf(url);
  const checked = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  assert.deepEqual(checked.errors ?? [], []);

  const { fetch: send, exchanges } = recording(document);
  const tokens = () => effects(join(cwd, "effects")).flatMap((each) => (each as { token?: string }).token ?? []);
  await doEverything(connect({ url, fetch: send }), JSON.parse(await readFile(app.program, "utf8")), tokens);
  for (const path of HEALTH) await send(url + path);

  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const { components } = document;
  const check = (schema: object | undefined, text: string, where: string): void => {
    assert.ok(schema !== undefined, `${where} is not described`);
    const validate = ajv.compile({ ...schema, components });
    assert.ok(validate(JSON.parse(text)), `${where}: ${ajv.errorsText(validate.errors)}\n${text.slice(0, 2000)}`);
  };
  for (const { operation, described, sent, status, type, answer } of exchanges) {
    const [media = ""] = type.split(";");
    const content = described.responses[status]?.content?.[media];
    assert.ok(content !== undefined, `${operation}: ${status} with ${type} is not described`);
    if (media === "application/json") check(content.schema, await answer, `answer of ${operation}`);
    if (sent === undefined) assert.equal(described.requestBody, undefined, `${operation} needs a body`);
    else check(described.requestBody?.content?.["application/json"]?.schema, sent, `body of ${operation}`);
  }
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  assert.deepEqual([...new Set(exchanges.map(({ operation }) => operation))].sort(), all.sort());
});
