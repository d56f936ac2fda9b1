/** Programs 16 to 20: timers, reminders, clocks. */
import { DAY, SECOND, TESTS } from "./case.js";
import { conform } from "./conform.js";
import { scriptOf } from "./script.js";

const cases = "programs/cases";

conform([
  { name: "timers", program: `${cases}/timers.ts` },
  {
    name: "undisturbed",
    steps: [1, 3, 9.999, 10, 12.5, 20].flatMap((at) => [
      { at: at * SECOND, signal: "noise", payload: at },
      { at: at * SECOND, signal: "unheard of" },
      ...(at === 3 ? [{ at: at * SECOND, signal: "bell" }] : []),
    ]),
    result: { ends: [10, 15, 20.5], heard: [1, 3, 9.999, 10, 12.5, 20], rung: 3 },
  },
  { name: "reminder", program: `${cases}/reminder.ts` },
  {
    name: "reminder-year",
    input: "Ada",
    steps: [{ at: 400.5 * DAY, control: "terminate", reason: "enough" }],
    status: "TERMINATED",
    kills: "some",
  },
  { name: "thousand", kills: "some" },
  {
    name: "daily",
    input: { day: 1, left: 4 },
    afterwards: 6 * DAY,
    others: { "main/day-2": "SUCCEEDED", "main/day-5": "SUCCEEDED" },
  },
  { name: "clock", tellsTime: true, program: `${cases}/clock.ts` },
  { name: "random-values", tellsTime: true, program: `${cases}/random-values.ts` },
  { name: "debounce", program: `${cases}/debounce.ts`, steps: scriptOf(TESTS, `${cases}/debounce.json`) },
]);
