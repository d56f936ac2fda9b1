/** Random numbers belong to the execution: a restore or a replay does not change them. */
import { duration, workflow } from "eventual";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (let i = 0; i < 5; i++) {
    trace.push(String(Math.random() < 1));
    await duration(1);
  }
  const values: (string | number)[] = [];
  for (let i = 0; i < 4; i++) {
    values.push(Math.random(), crypto.randomUUID(), ...crypto.getRandomValues(new Uint8Array(3)));
    await duration(1);
  }
  const before = values.join(" ");
  await duration(1, "day");
  trace.push(
    String(new Set(values.filter((value) => typeof value === "string")).size),
    String(before === values.join(" ")),
  );
  trace.push(
    String(values.filter((value) => typeof value === "string").every((id) => /^[0-9a-f-]{36}$/.test(String(id)))),
  );
  return trace;
});
