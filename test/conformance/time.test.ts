/** Programs 16 to 20: timers, reminders, clocks. */
import { DAY, TESTS } from "./case.js";
import { conform } from "./conform.js";
import { scriptOf } from "./script.js";

const cases = "programs/cases";

conform([
  { name: "timers", program: `${cases}/timers.ts` },
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
