/** Arguments: ports of the server's ingress, of its administration, and of the handlers in this process. */
import * as restate from "@restatedev/restate-sdk";
import { step as body, inFlight, mark, now, serve, until } from "./wire.js";

const [ingress, admin, port] = process.argv.slice(2);
const KEY = "one";
const DAY_MS = 86_400_000;

const bench = restate.service({
  name: "bench",
  handlers: {
    steps: async (ctx, count) => {
      for (let n = 0; n < count; n++) await ctx.run("step", async () => body(n, count));
    },
    one: async (ctx) => await ctx.run("step", async () => body(1, -1)),
    sleeper: async (ctx) => await ctx.sleep(DAY_MS),
  },
});
const resumed = restate.workflow({
  name: "resumed",
  handlers: {
    run: async (ctx, count) => {
      for (let n = 0; n < count; n++) await ctx.run("step", async () => body(n, count));
      for (let n = 0; ; n++) {
        await ctx.promise(`proceed-${n}`);
        await ctx.run("next", async () => mark("next"));
      }
    },
    proceed: async (ctx, n) => await ctx.promise(`proceed-${n}`).resolve(null),
  },
});

await restate.serve({ services: [bench, resumed], port: Number(port) });

async function post(base, path, value) {
  const init =
    value === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
  const response = await fetch(`http://127.0.0.1:${base}${path}`, { method: "POST", ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

async function query(sql) {
  const response = await fetch(`http://127.0.0.1:${admin}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
  });
  return (await response.json()).rows;
}

// After a kill the deployment is known already.
const deployments = await (await fetch(`http://127.0.0.1:${admin}/deployments`)).json();
if (deployments.deployments.length === 0) await post(admin, "/deployments", { uri: `http://127.0.0.1:${port}` });

await serve({
  sequential: (count) => post(ingress, "/bench/steps", count),
  oneStep: (count) => inFlight(count, () => post(ingress, "/bench/one")),
  async prepare(count) {
    await post(ingress, `/resumed/${KEY}/run/send`, count);
    await until(0, async () => {
      const [row] = await query("SELECT journal_size AS n FROM sys_invocation WHERE target_handler_name = 'run'");
      return row !== undefined && row.n > count;
    });
  },
  async emit(n) {
    const at = now();
    await post(ingress, `/resumed/${KEY}/proceed`, n);
    return at;
  },
  async park(count) {
    const start = performance.now();
    await inFlight(count, () => post(ingress, "/bench/sleeper/send"));
    return await until(start, async () => {
      const [row] = await query("SELECT count(*) AS n FROM sys_invocation WHERE status = 'suspended'");
      return row.n >= count;
    });
  },
  close: async () => {},
});
