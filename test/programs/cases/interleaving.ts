/** Several branches read and write shared variables across awaits, between events and within one. */
import { duration, task, workflow } from "eventual";
import { started } from "./support/started";

const move = task("move", async (name: string) => {
  started("move");
  return name;
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let trap = false;
  let jump = false;
  let counter = 0;
  const shared = { value: 0 };
  const add = async (name: string, by: number, seconds: number): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      const before = shared.value;
      await duration(seconds);
      shared.value = before + by;
      counter += (await move(name), by);
      trace.push(`${name} ${before}->${shared.value} counter ${counter}`);
    }
  };
  const branches = [
    (async () => {
      await duration(2);
      trap = true;
    })(),
    (async () => {
      await move("jump");
      jump = true;
      trace.push(`jumped, trap ${trap}`);
    })(),
  ];
  trace.push(`${trap} ${jump}`);
  await Promise.all([...branches, add("a", 1, 2), add("b", 10, 3)]);
  trace.push(`${trap} ${jump} ${shared.value} ${counter}`);
  const ticks: string[] = [];
  const tick = async (name: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      ticks.push(name + i);
      await undefined;
    }
  };
  await Promise.all([tick("x", 3), tick("y", 4), Promise.resolve().then(() => ticks.push("then")), tick("z", 1)]);
  trace.push(ticks.join(" "));
  return trace;
});
