/** The real engine over the real parts, with its commits recorded, so that a floor can write the same again. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { build } from "#compiler/build.js";
import { type Clock, systemClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import type { CheckpointMode, Engine } from "#runtime/engine/engine.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import { type Connect, connect, type Value } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { openTaskPool } from "#runtime/tasks/pool.js";

/** The bound values of one transaction: as many rows as it wrote, in one list. */
export type Transaction = readonly Value[];

export interface Settings {
  readonly database: string;
  readonly clock?: Clock;
  readonly checkpoint?: CheckpointMode;
  readonly cache?: number;
  readonly synchronous?: "full" | "normal";
}

export interface Bench {
  readonly engine: Engine;
  /** Transactions committed since the last call. */
  takeTransactions(): Transaction[];
}

const FIXTURES = "../../../../test/bench/fixtures/";

/** Compiles a program of the fixtures: by default the benchmarks' own. Throws what the compiler found wrong. */
export async function compileProgram(file = "bench.ts"): Promise<Program> {
  const { program, diagnostics } = await build({ entry: fileURLToPath(new URL(FIXTURES + file, import.meta.url)) });
  if (program === undefined) throw new Error(`the program does not compile: ${JSON.stringify(diagnostics)}`);
  return programSchema.parse(JSON.parse(program.text));
}

/** Opens an engine with the defaults of `openRuntime`, and deploys `program`. Problems end the benchmark. */
export async function openBench(program: Program, settings: Settings): Promise<Bench> {
  let transactions: Transaction[] = [];
  const { database, clock = systemClock, checkpoint = "auto", cache = 1000, synchronous = "full" } = settings;
  const recording: Connect = async (path, mode) => {
    const connection = await connect(path, mode);
    return {
      ...{
        exec: (sql) => connection.exec(sql),
        interrupt: () => connection.interrupt(),
        close: () => connection.close(),
      },
      async prepare(sql) {
        const statement = await connection.prepare(sql);
        if (!sql.startsWith("INSERT INTO change")) return statement;
        return {
          ...{ all: (values) => statement.all(values), finalize: () => statement.finalize() },
          run(values = []) {
            transactions.push(values);
            return statement.run(values);
          },
        };
      },
    };
  };
  const engine = await openEngine({
    store: await openStore(database, { synchronous, connect: recording }),
    sandbox: await openSandbox(),
    tasks: (onSettled) => openTaskPool({ threads: Math.max(2, availableParallelism()), concurrency: 32, onSettled }),
    ...{ clock, checkpoint, cacheSize: cache },
    report: ({ message, cause }) => {
      throw new Error(message, { cause });
    },
  });
  await engine.deploy(program, fileURLToPath(new URL(".", import.meta.url)));
  return {
    engine,
    takeTransactions() {
      const taken = transactions;
      transactions = [];
      return taken;
    },
  };
}

/** Waits for the execution's outcome and throws unless it succeeded. */
export async function succeeded(engine: Engine, executionId: string): Promise<void> {
  const { status, outcome, reason } = await engine.result(executionId);
  if (status !== "SUCCEEDED") throw new Error(`${executionId} ${status}: ${JSON.stringify(outcome ?? reason)}`);
}
