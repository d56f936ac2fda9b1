/** Does ten times as much cost ten times as much? Each row is the dearer size beside the cheaper one, per piece. */
import { encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import type { ActivationReply, ActivationRequest } from "#runtime/sandbox/sandbox.js";
import { openBench, succeeded } from "../support/engine.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const TASKS = [1000, 10_000] as const;
const SIGNALS = [2000, 20_000, 100_000] as const;
const PAYLOAD_MB = 10;
const ROUNDS = 3;

export async function scaling(setting: Setting): Promise<Figure[]> {
  return [
    await fanOut(setting),
    await signals(setting, "counter", "signals"),
    await signals(setting, "hoarder", "signals that pile up"),
    await payloads(setting),
    ...(await checkpoints(setting, "chain", "linked list", "node", [10_000, 100_000])),
    ...(await checkpoints(setting, "waiters", "parked promises", "promise", [1000, 10_000])),
  ];
}

/** µs per task of one execution that hands out all of them at once. */
async function fanOut({ program, file }: Setting): Promise<Figure> {
  const { engine } = await openBench(program, { database: file("fan-out.db") });
  const measure = async (count: number, name: string): Promise<number> => {
    const start = performance.now();
    const { executionId } = await engine.start({ workflow: "fanOut", name, input: encode(count) });
    await succeeded(engine, executionId);
    return ((performance.now() - start) * 1000) / count;
  };
  try {
    await measure(TASKS[0], "warm-up");
    const few = await rounds((round) => measure(TASKS[0], `few-${round}`));
    const many = await rounds((round) => measure(TASKS[1], `many-${round}`));
    return cost(`fan-out of ${shown(TASKS[1])} tasks`, many, "µs/task", { name: `of ${shown(TASKS[0])}`, value: few });
  } finally {
    await engine.close();
  }
}

/** µs per signal of one execution that takes them one by one, at once or after they have piled up. */
async function signals(
  { program, file, quick }: Setting,
  workflow: "counter" | "hoarder",
  what: string,
): Promise<Figure> {
  const [few, manyQuick, most] = SIGNALS;
  const many = quick ? manyQuick : most;
  const { engine } = await openBench(program, { database: file(`${workflow}.db`) });
  const measure = async (count: number): Promise<number> => {
    const { executionId } = await engine.start({ workflow, name: `${count}`, input: encode(count) });
    const signal = workflow === "hoarder" ? "item" : "proceed";
    const start = performance.now();
    for (let sent = 0; sent < count; sent += few) {
      await Promise.all(Array.from({ length: few }, () => engine.signal(executionId, signal, encode(1))));
    }
    if (workflow === "hoarder") await engine.signal(executionId, "proceed", encode(null));
    await succeeded(engine, executionId);
    return ((performance.now() - start) * 1000) / count;
  };
  try {
    const first = await measure(few);
    const all = await measure(many);
    const note = `to one execution, ${shown(few)} at a time, each durable`;
    return cost(`${shown(many)} ${what}`, all, "µs/signal", { name: `${shown(few)}`, value: first }, note);
  } finally {
    await engine.close();
  }
}

/** ms per MB of a text that goes from a task into a workflow, stays over a step, and goes to another task. */
async function payloads({ program, file }: Setting): Promise<Figure> {
  const { engine } = await openBench(program, { database: file("payloads.db") });
  const measure = async (megabytes: number, name: string): Promise<number> => {
    const start = performance.now();
    const { executionId } = await engine.start({ workflow: "carrier", name, input: encode(megabytes * 1_000_000) });
    await succeeded(engine, executionId);
    return (performance.now() - start) / megabytes;
  };
  try {
    await measure(1, "warm-up");
    const small = await rounds((round) => measure(1, `small-${round}`));
    const large = await rounds((round) => measure(PAYLOAD_MB, `large-${round}`));
    const note = "out of a task, over a step, into another task; three durable steps";
    return cost(`payload of ${PAYLOAD_MB} MB`, large, "ms/MB", { name: "of 1 MB", value: small }, note);
  } finally {
    await engine.close();
  }
}

/** µs and bytes per piece of a state. */
async function checkpoints(
  { program }: Setting,
  workflow: string,
  what: string,
  piece: string,
  [few, many]: readonly [number, number],
): Promise<Figure[]> {
  const sandbox = await openSandbox();
  try {
    await sandbox.load({ hash: program.hash, ...program.guest });
    const measure = async (count: number): Promise<{ micros: number; bytes: number }> => {
      const execution = { id: `${workflow}/${count}`, name: `${count}`, startTime: new Date(0).toISOString() };
      const start = { kind: "start", workflow, input: encode(count), execution, seed: "0".repeat(32) } as const;
      const base = { execution: execution.id, program: program.hash, now: 0, drop: false };
      const activate = async (request: ActivationRequest): Promise<ActivationReply & { kind: "done" }> => {
        const [reply] = await sandbox.activate([request]);
        if (reply?.kind !== "done") throw new Error(`the activation failed: ${JSON.stringify(reply)}`);
        return reply;
      };
      await activate({ ...base, bring: { checkpoint: null, tail: [] }, events: [start], write: false });
      const times: number[] = [];
      let bytes = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const { checkpoint } = await activate({ ...base, bring: "live", events: [], write: true });
        if (checkpoint === undefined) throw new Error("no checkpoint was written");
        times.push(checkpoint.cost);
        bytes = checkpoint.text.length;
      }
      sandbox.drop([execution.id]);
      return { micros: median(times) / count, bytes: bytes / count };
    };
    await measure(few);
    const small = await measure(few);
    const large = await measure(many);
    const floor = (value: number): { name: string; value: number } => ({ name: `of ${shown(few)}`, value });
    const name = `checkpoint of ${shown(many)} ${what === "linked list" ? "list nodes" : what}`;
    return [cost(name, large.micros, `µs/${piece}`, floor(small.micros), `${large.bytes.toFixed(0)} bytes/${piece}`)];
  } finally {
    await sandbox.close();
  }
}

async function rounds(measure: (round: number) => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measure(round));
  return median(values);
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
