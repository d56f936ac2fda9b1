/** What a checkpoint costs per KB to write and to read, against JSON of the same text in the same engine. */
import { encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import type { ActivationReply, ActivationRequest } from "#runtime/sandbox/sandbox.js";
import { bareContext } from "../support/quickjs.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const ROUNDS = 15;
/** Orders in the state: the difference of the two sizes is what is divided by its KB. */
const SMALL = 10;
const LARGE = 2000;

interface Measured {
  readonly text: string;
  /** µs */
  readonly write: number;
  readonly read: number;
}

export async function checkpointCosts({ program }: Setting): Promise<Figure[]> {
  const sandbox = await openSandbox();
  try {
    await sandbox.load({ hash: program.hash, ...program.guest });
    const measure = async (count: number): Promise<Measured> => {
      const request = requestOf(program.hash, count);
      const activate = async (part: Partial<ActivationRequest>): Promise<ActivationReply & { kind: "done" }> => {
        const [reply] = await sandbox.activate([{ ...request, ...part }]);
        if (reply?.kind !== "done") throw new Error(`the activation failed: ${JSON.stringify(reply)}`);
        return reply;
      };
      await activate({});
      const writes: number[] = [];
      const reads: number[] = [];
      let text = "";
      for (let round = 0; round < ROUNDS; round++) {
        const { checkpoint } = await activate({ bring: "live", events: [], write: true });
        if (checkpoint === undefined) throw new Error("no checkpoint was written");
        text = checkpoint.text;
        writes.push(checkpoint.cost);
        const start = performance.now();
        await activate({ bring: { checkpoint: text, tail: [] }, events: [] });
        reads.push((performance.now() - start) * 1000);
      }
      return { text, write: median(writes), read: median(reads) };
    };
    const small = await measure(SMALL);
    const large = await measure(LARGE);
    const kilobytes = (large.text.length - small.text.length) / 1024;
    const floor = await jsonCosts(large.text);
    const size = `${Math.round(large.text.length / 1024)} KB, objects and strings`;
    const fixed = `${Math.round(small.read)} µs for a small one, with the program's modules`;
    return [
      cost(
        "write a checkpoint",
        (large.write - small.write) / kilobytes,
        "µs/KB",
        {
          name: "JSON.stringify of the same text in QuickJS",
          value: floor.write,
        },
        size,
      ),
      cost(
        "read a checkpoint",
        (large.read - small.read) / kilobytes,
        "µs/KB",
        {
          name: "JSON.parse of the same text in QuickJS",
          value: floor.read,
        },
        `${size}; ${fixed}`,
      ),
    ];
  } finally {
    await sandbox.close();
  }
}

function requestOf(program: string, count: number): ActivationRequest {
  const execution = { id: `holder/${count}`, name: `${count}`, startTime: new Date(0).toISOString() };
  const start = { kind: "start", workflow: "holder", input: encode(count), execution, seed: "0".repeat(32) } as const;
  const bring = { checkpoint: null, tail: [] };
  return { execution: execution.id, program, bring, now: 0, events: [start], write: false, drop: false };
}

/** µs per KB. */
async function jsonCosts(text: string): Promise<{ readonly write: number; readonly read: number }> {
  const context = await bareContext();
  try {
    const global = context.global;
    context.newString(text).consume((value) => context.setProp(global, "text", value));
    const timed = (code: string): number => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const start = performance.now();
        context.unwrapResult(context.evalCode(code)).dispose();
        times.push((performance.now() - start) * 1000);
      }
      return median(times) / (text.length / 1024);
    };
    const read = timed("value = JSON.parse(text); 0");
    return { read, write: timed("JSON.stringify(value).length") };
  } finally {
    context.dispose();
  }
}
