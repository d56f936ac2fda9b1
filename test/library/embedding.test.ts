/**
 * Goal: an application has an engine in itself, with plain values in and out, and stops and goes on without loss.
 * Method: a small web service over `eventual/runtime`, asked over HTTP; task handlers in threads and in its process.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, type TestContext, test } from "node:test";
import { Fault, openRuntime, type Runtime, type RuntimeOptions } from "#runtime/library/runtime.js";
import { compileApp, type Effect, effects, eventually } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";

let desk: Awaited<ReturnType<typeof compileApp>>;
let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  [desk, app] = await Promise.all([compileApp("desk"), compileApp()]);
});
after(() => Promise.all([desk.remove(), app.remove()]));

interface Service {
  readonly runtime: Runtime;
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
}

/** The service of a walking club: walks are started, moved on, watched and called off. */
async function openService(options: RuntimeOptions): Promise<Service> {
  const runtime = await openRuntime(options);
  const server = createServer((request, response) => {
    route(runtime, request).then(
      (value) => response.end(JSON.stringify(value ?? null)),
      (error: unknown) => {
        response.statusCode = error instanceof Fault && error.code === "EV8004" ? 404 : 409;
        response.end(JSON.stringify({ code: error instanceof Fault ? error.code : String(error) }));
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    runtime,
    async ask(method, path, body) {
      const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
      return { status: answer.status, body: JSON.parse(await answer.text()) };
    },
    stop: () => stop(server, runtime),
  };
}

async function route(runtime: Runtime, request: IncomingMessage): Promise<unknown> {
  const [, name = "", part = ""] = (request.url ?? "").split("/");
  const id = `walk/${name}`;
  const body = request.method === "GET" ? undefined : JSON.parse((await text(request)) || "null");
  switch (`${request.method} ${part}`) {
    case "PUT ":
      return await runtime.start("walk", body, { name });
    case "POST steps":
      return await runtime.request(id, "move", body);
    case "GET place":
      return await runtime.query(id, "place", "m");
    case "DELETE ":
      return await runtime.cancel(id, "called off");
    default:
      return (await runtime.get(id)).status;
  }
}

async function stop(server: Server, runtime: Runtime): Promise<void> {
  server.close();
  server.closeAllConnections();
  await runtime.stop();
}

for (const tasksIn of ["threads", "process"] as const) {
  test(`a web service starts, asks, waits for and cancels executions, and goes on after a stop (${tasksIn})`, async (t) => {
    const options = {
      ...{ database: join(await temporaryFolder(t), "app.db"), programs: [desk.program], tasksIn },
      taskThreads: 1,
    };
    const first = await openService(options);
    assert.deepEqual(await first.ask("PUT", "/a", 10), { status: 200, body: "walk/a" });
    assert.deepEqual(await first.ask("POST", "/a/steps", 4), { status: 200, body: 4 });
    assert.deepEqual(await first.ask("POST", "/a/steps", -1), {
      status: 409,
      body: { code: "RangeError: only forward" },
    });
    assert.deepEqual(await first.ask("GET", "/none/place"), { status: 404, body: { code: "EV8004" } });
    await first.stop();

    const second = await openService(options);
    assert.deepEqual(await second.ask("GET", "/a/place"), { status: 200, body: "4 m" });
    const { runtime } = second;
    const ended = runtime.wait("walk/a");
    await second.ask("POST", "/a/steps", 6);
    assert.equal(await ended, "walked 10");
    await second.ask("PUT", "/b", 10);
    await second.ask("DELETE", "/b");
    await assert.rejects(runtime.wait("walk/b"), { name: "CancelledError", message: "called off" });
    assert.deepEqual(await second.ask("GET", "/b"), { status: 200, body: "CANCELLED" });
    assert.deepEqual(await second.ask("DELETE", "/b"), { status: 409, body: { code: "EV8005" } });
    await second.stop();
  });

  test(`handlers run, are completed by their token and tried again; errors are errors (${tasksIn})`, async (t) => {
    const record = await recording(t);
    const database = join(await temporaryFolder(t), "app.db");
    const runtime = await openRuntime({ database, programs: [app.program], tasksIn, taskThreads: 1 });
    await runtime.deploy(desk.program);
    assert.equal(await runtime.wait(await runtime.start("sums", 4)), 10);
    assert.equal(record().length, 4);
    await assert.rejects(runtime.wait(await runtime.start("fails", undefined, { name: "f" })), RangeError);
    const [failed] = await runtime.list({ status: "FAILED" });
    assert.ok(failed?.error instanceof RangeError && failed.endTime !== undefined);
    assert.equal(await runtime.retry("fails/f"), "fails/f~1");
    const asked = await runtime.start("ask");
    const { token } = (await eventually("it asks", () => record()[4])) as Effect & { token: string };
    await eventually("it waits", async () => {
      try {
        await runtime.completeTask(token, "yes");
        return true;
      } catch {
        return undefined;
      }
    });
    assert.equal(await runtime.wait(asked), "decided yes");
    await assert.rejects(runtime.failTask(token, new Error("late")), { code: "EV8015" });

    const id = await runtime.start("walk", 10, { name: "s" });
    await runtime.suspend(id, "lunch");
    await assert.rejects(runtime.wait(id), { code: "EV8031" });
    await runtime.resume(id);
    await runtime.terminate(id);
    assert.equal((await runtime.get(id)).status, "TERMINATED");
    assert.ok((await runtime.logs(id)).some((line) => line.text.includes("lunch")));
    await assert.rejects(runtime.start("walk", 11, { name: "s" }), { code: "EV8002" });
    await runtime.stop();
    await assert.rejects(runtime.start("walk", 1), { code: "EV8006" });
  });
}

async function recording(t: TestContext): Promise<() => Effect[]> {
  const file = join(await temporaryFolder(t), "effects");
  process.env.EFFECTS = file;
  t.after(() => {
    delete process.env.EFFECTS;
  });
  return () => effects(file);
}

test("a program that cannot be used leaves the database closed", async (t) => {
  const database = join(await temporaryFolder(t), "app.db");
  await assert.rejects(openRuntime({ database, programs: ["none.evp"] }), { code: "EV8201" });
  const runtime = await openRuntime({ database, programs: [app.program] });
  await runtime.stop();
});
