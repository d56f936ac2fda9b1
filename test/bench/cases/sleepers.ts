/** Bytes that a sleeping execution takes. */
import { stat } from "node:fs/promises";
import { encode } from "#runtime/protocol/value.js";
import { connect } from "#runtime/store/sqlite/driver.js";
import { openBench } from "../support/engine.js";
import { cost, type Figure } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const SLEEPERS = 2000;

function orderOf(index: number): object {
  const lines = ["keyboard", "mouse", "cable"].map((sku, line) => ({ sku, count: line + 1, cents: 1995 + index }));
  return { id: `order-${index}`, customer: `customer ${index % 17}`, lines };
}

export async function sleepers({ program, file }: Setting): Promise<Figure[]> {
  const database = file("sleepers.db");
  let empty = 0;
  let state = 0;
  const first = await openBench(program, { database });
  await first.engine.close();
  empty = (await stat(database)).size;
  const { engine } = await openBench(program, { database });
  try {
    await Promise.all(
      Array.from({ length: SLEEPERS }, (_, index) =>
        engine.start({ workflow: "sleeper", name: `order-${index}`, input: encode(orderOf(index)) }),
      ),
    );
    await engine.idle();
  } finally {
    await engine.close();
  }
  const whole = (await stat(database)).size - empty;
  const again = await openBench(program, { database });
  for (let index = 0; index < SLEEPERS; index++) {
    const { checkpointBytes, tailBytes } = await again.engine.show(`sleeper/order-${index}`);
    state += checkpointBytes + tailBytes;
  }
  await again.engine.close();
  const floor = await bareSleepers(file("sleepers-floor.db"));
  return [
    cost(
      "stored state of a sleeper",
      state / SLEEPERS,
      "bytes",
      {
        name: "its order as JSON",
        value: floor.json / SLEEPERS,
      },
      "checkpoint and tail",
    ),
    cost(
      "database per sleeper",
      whole / SLEEPERS,
      "bytes",
      {
        name: "a bare table with id, input, state as JSON, and an index on the wake-up time",
        value: floor.file / SLEEPERS,
      },
      `the file's growth by ${SLEEPERS.toLocaleString("en-US")} sleepers: rows, inputs, timers, checkpoints, indexes`,
    ),
  ];
}

async function bareSleepers(path: string): Promise<{ readonly json: number; readonly file: number }> {
  const bare = await connect(path, "create");
  await bare.exec(
    "CREATE TABLE sleeper (id TEXT PRIMARY KEY, input TEXT, state TEXT, at INTEGER); CREATE INDEX wake ON sleeper (at); BEGIN",
  );
  const insert = await bare.prepare("INSERT INTO sleeper VALUES (?, ?, ?, ?)");
  let json = 0;
  for (let index = 0; index < SLEEPERS; index++) {
    const text = JSON.stringify(orderOf(index));
    json += text.length;
    await insert.run([`sleeper/order-${index}`, text, text, 1_795_000_000_000 + index]);
  }
  await bare.exec("COMMIT");
  await bare.close();
  return { json, file: (await stat(path)).size };
}
