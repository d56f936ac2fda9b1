/** try, catch and finally with awaits everywhere: which parts run, in which order, and what comes out. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const act = task("act", async ({ at, fails }: { at: string; fails: boolean }) => {
  started("act");
  if (fails) throw new Error(`failed at ${at}`);
  return at;
});

type Way = "none" | "throw" | "return";

async function one(inTry: Way, inCatch: Way, inFinally: Way, trace: string[]): Promise<string> {
  const go = async (at: string, way: Way): Promise<string | undefined> => {
    trace.push(await act({ at, fails: way === "throw" }));
    return way === "return" ? at : undefined;
  };
  try {
    const early = await go("try", inTry);
    if (early !== undefined) return early;
    await duration(1);
  } catch (error) {
    trace.push(`caught ${show(error)}`);
    const early = await go("catch", inCatch);
    if (early !== undefined) return early;
  } finally {
    const early = await go("finally", inFinally);
    if (early !== undefined) return early;
  }
  return "end";
}

async function nested(trace: string[]): Promise<string> {
  for (let i = 0; i < 3; i++) {
    try {
      try {
        if (i === 0) continue;
        if (i === 1) throw await act({ at: "inner", fails: false });
        return await act({ at: "returned", fails: false });
      } finally {
        trace.push(`inner finally ${i} ${await act({ at: "f", fails: false })}`);
      }
    } catch (thrown) {
      trace.push(`outer catch ${String(thrown)}`);
      await duration(1);
    } finally {
      await null;
      trace.push(`outer finally ${i}`);
    }
  }
  return "not reached";
}

async function breaking(trace: string[]): Promise<void> {
  while (true) {
    try {
      await duration(1);
      throw new TypeError("lost");
    } finally {
      trace.push("before break");
      await duration(1);
      break;
    }
  }
  trace.push("after break");
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const ways: Way[] = ["none", "throw", "return"];
  for (const inTry of ways) {
    for (const inCatch of inTry === "throw" ? ways : (["none"] as const)) {
      for (const inFinally of ways) {
        trace.push(`-- ${inTry} ${inCatch} ${inFinally}`);
        const outcome = await one(inTry, inCatch, inFinally, trace).catch((error) => `rejected ${show(error)}`);
        trace.push(`=> ${outcome}`);
      }
    }
  }
  trace.push(await nested(trace));
  await breaking(trace);
  try {
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        await act({ at: `map ${n}`, fails: n === 2 });
        trace.push(`mapped ${n}`);
      }),
    );
  } catch ({ message }: any) {
    trace.push(`destructured ${message}`);
  }
  try {
    (undefined as unknown as { a: number }).a = await act({ at: "rhs", fails: false }).then(() => 1);
  } catch (error) {
    trace.push((error as Error).name);
  }
  return trace;
});
