/** People answer by token: yes, no, twice, too late, before the handler has returned, with a token of their own making. */
import { asyncResult, duration, EventualError, sendTaskSuccess, task, Timeout, workflow } from "eventual";

const ask = task("ask", async (_question: string) => asyncResult<{ approve: boolean }>(() => {}));
const askEager = task("askEager", async () =>
  asyncResult<string>(async (token) => {
    await sendTaskSuccess(token, "before the handler returned");
  }),
);
const forge = task("forge", async (token: string) => {
  try {
    await sendTaskSuccess(token, { approve: true });
    return "accepted";
  } catch (error) {
    return (error as EventualError).code;
  }
});
const buy = task("buy", async (what: string) => `bought ${what}`);

export const main = workflow("main", async () => {
  const decide = async (what: string): Promise<string> => {
    try {
      const { approve } = await ask(what, { timeout: duration(5, "days") });
      return approve ? await buy(what) : `no ${what}`;
    } catch (error) {
      return error instanceof Timeout ? `nobody cared about ${what}` : (error as Error).message;
    }
  };
  return [
    await askEager(),
    await forge("bm90LWEtdG9rZW4.c2lnbmF0dXJl"),
    ...(await Promise.all(["bread", "cake", "wine", "salt"].map(decide))),
  ];
});
