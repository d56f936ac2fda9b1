/**
 * An execution that gets the modules of one that is gone cannot tell.
 * Method: two programs whose every evaluation draws a random number and logs; in one, executions change module state.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Execution, Guest, type Program } from "./support.js";

const program: Program = ({ $api, $module }, lower) => {
  const drawn = Math.random();
  console.log(`evaluated, drew ${drawn}`);
  let count = 0;
  const shared: { names: string[]; own?: string } = { names: [] };
  const handler = lower("m#handler", [
    (slots) => {
      const [input] = slots;
      if (input === "variable") count++;
      if (input === "object") shared.names.push("x");
      if (input === "property") shared.own = "y";
      if (input === "function") Object.assign(handler, { own: 1 });
      console.log(`count ${count}, names ${shared.names.length}, own ${shared.own}, ${Reflect.get(handler, "own")}`);
      console.log(`drew ${drawn}, draws ${Math.random()}`);
      return $api.expectSignal("go");
    },
    (slots) => `${slots[0]}: ${count} ${shared.names.length}`,
  ]);
  $module(
    "m",
    { handler, shared, w: $api.workflow("w", handler) },
    {
      count: [
        () => count,
        (value: unknown) => {
          count = value as number;
        },
      ],
    },
  );
};

/** What an execution of its own guest logs and gives. */
async function alone(input: string): Promise<unknown> {
  const guest = await Guest.boot(program);
  const seen = run(guest, "w/alone", input);
  guest.dispose();
  return seen;
}

function run(guest: Guest, id: string, input: string, restoring = false): unknown {
  const execution = new Execution(guest, restoring, id);
  execution.start("w", input);
  execution.signal("go");
  guest.drop(id);
  return [execution.log, execution.outcome];
}

const INPUTS = ["nothing", "variable", "nothing", "object", "property", "function", "nothing", "nothing", "object"];

for (const restoring of [false, true]) {
  test(`whatever an execution did, the next finds fresh modules${restoring ? ", restored or not" : ""}`, async () => {
    const guest = await Guest.boot(program);
    for (const [index, input] of [...INPUTS, ...INPUTS].entries()) {
      assert.deepEqual(run(guest, `w/${index}`, input, restoring), await alone(input), `${index}: ${input}`);
    }
    guest.dispose();
  });
}

test("modules that are as new are not evaluated again", async () => {
  const guest = await Guest.boot(program);
  for (let n = 0; n < 10; n++) run(guest, `w/${n}`, "nothing");
  const first = guest.evaluations;
  assert.ok(first < 5, `${first} evaluations for ten executions one after another`);
  run(guest, "w/again", "nothing");
  assert.equal(guest.evaluations, first);
  run(guest, "w/spoiling", "object");
  run(guest, "w/after", "nothing");
  assert.equal(guest.evaluations, first + 1);
  guest.dispose();
});
