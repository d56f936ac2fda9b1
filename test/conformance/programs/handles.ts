/** Other executions by their handles: asked, waited for, acted upon; each answer comes once, whatever restarts between. */
import { CancelledError, cancelScope, duration, executionHandle, query, signal, workflow } from "eventual";

class SoldOut extends Error {
  override name = "SoldOut";
  readonly left: number;
  constructor(left: number) {
    super(`only ${left} left`);
    this.left = left;
  }
}

let stock = 10;
const take = signal<number>("take");
const ponder = signal<string>("ponder");
const left = query("left", (floor: number) => Math.max(floor, stock));

const shop = workflow("shop", async (hours: number) => {
  take.onSignal(async (count) => {
    await duration(1);
    if (count > stock) throw new SoldOut(stock);
    stock -= count;
    return stock;
  });
  ponder.onSignal(() => duration(1, "year"));
  await duration(hours, "hours");
  if (hours > 2) throw new SoldOut(stock);
  return { stock };
});
const caught = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
const code = (error: { code?: string }): unknown => error.code;

export const main = workflow("main", async (_: undefined, { execution }) => {
  const open = await shop.startExecution({ input: 1, executionName: "open" });
  const asked = [
    (await open.getStatus()).status,
    await open.query(left, 0),
    await open.request(take, 3),
    await open.query<number>("left", 8),
    await open.request<never, number>(take, 9).catch((error: unknown) => error instanceof SoldOut && error.left),
  ];
  const other = executionHandle(open.executionId);
  const late = other.request(ponder, "long").catch(code);
  const both = await Promise.all([open.result(), other.result(), late]);
  const after = await open.getStatus();
  const gone = await open.request(take, 1).catch(code);

  const child = shop(3, { id: "child" });
  const childStatus = (await child.getStatus()).status;
  const told = await child.request(take, 1);
  const failed = await child.catch((error: unknown) => error instanceof SoldOut && error.left);
  const seen = await executionHandle(child.execution.id).getStatus();
  const again = await executionHandle(child.execution.id).result().catch(caught);

  const slow = await shop.startExecution({ input: 2, executionName: "slow" });
  const given = await cancelScope(async (scope) => {
    void duration(1, "minute").then(() => scope.cancel("no patience"));
    return await slow.result();
  }).catch((error: unknown) => error instanceof CancelledError && error.message);
  await slow.suspend();
  await slow.resume();
  const ending = slow.result().catch(caught);
  await slow.terminate("enough");
  return {
    asked,
    both,
    after: [after.status, after.result, (after.endTime ?? "") > after.startTime],
    gone,
    child: [childStatus, told, failed, seen.status, seen.error instanceof SoldOut, again],
    slow: [given, await ending],
    nobody: await executionHandle("shop/nobody").result().catch(code),
    parent: execution.parentId,
  };
});
