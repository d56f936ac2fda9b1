/** Tasks that several programs share. None takes time or depends on the order in which others run. */
import { task } from "eventual";
import { started } from "./started";

export const echo = task("echo", async (value: unknown) => {
  started("echo");
  return value;
});

export const add = task("add", async ({ a, b }: { a: number; b: number }) => {
  started("add");
  return a + b;
});

export const upper = task("upper", async (text: string) => {
  started("upper");
  return text.toUpperCase();
});
