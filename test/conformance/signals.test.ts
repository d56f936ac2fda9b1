/** Programs 31 to 37: signals, conditions, cancellation. */
import { HOUR, MINUTE, SECOND, TESTS } from "./case.js";
import { conform } from "./conform.js";
import { scriptOf } from "./script.js";

const cases = "programs/cases";
const scripted = (name: string) => ({
  name,
  program: `${cases}/${name}.ts`,
  steps: scriptOf(TESTS, `${cases}/${name}.json`),
});
const words = (at: number, ...texts: string[]) => texts.map((payload) => ({ at, signal: "word", payload }));

conform([
  scripted("signal-loop"),
  scripted("loop-with-task"),
  scripted("early-signal"),
  scripted("lost-race"),
  scripted("order-states"),
  {
    name: "early",
    steps: [
      { at: 500, signal: "go", payload: 7 },
      { at: 600, signal: "go", payload: 8 },
    ],
    result: { early: [1, 2], late: "EV8005", nobody: "EV8004", own: [7, 8] },
  },
  {
    name: "handlers",
    dependsOnOrder: "timeline",
    steps: [
      ...words(1 * SECOND, "a", "b"),
      ...words(2 * SECOND, "c", "d"),
      { at: 60 * SECOND, signal: "stop" },
      ...words(2 * MINUTE, "e", "f"),
    ],
  },
  {
    name: "signal-ids",
    steps: [
      { at: 1 * SECOND, signal: "order", payload: "water", id: "o1" },
      { at: 1 * SECOND, signal: "order", payload: "water again", id: "o1" },
      { at: 2 * SECOND, query: "soFar", answer: ["water"] },
      { at: 2 * SECOND, signal: "order", payload: "juice", id: "o2" },
      { at: 30 * MINUTE, signal: "order", payload: "water after half an hour", id: "o1" },
    ],
    result: {
      heard: ["water", "juice", "from a task", "tea", "cake", "without an id", "without an id"],
      note: "Timeout",
    },
  },
  { name: "handler-throws", result: ["RangeError: sync 1", "RangeError: async 1"] },
  { name: "condition", program: `${cases}/condition.ts` },
  {
    name: "cancel-button",
    steps: [
      { at: 2 * MINUTE, signal: "button", payload: "Ada" },
      { at: 1 * HOUR, control: "cancel", reason: "no longer needed" },
    ],
    status: "CANCELLED",
    others: { "child/kid": "CANCELLED" },
  },
]);
