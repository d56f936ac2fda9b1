/** Programs 16 to 20: timers, reminders, clocks. */
import { conform, TESTS } from "./conform.js";
import { scriptOf } from "./script.js";

const cases = "programs/cases";

conform([
  { name: "timers", program: `${cases}/timers.ts` },
  { name: "reminder", program: `${cases}/reminder.ts` },
  { name: "clock", program: `${cases}/clock.ts` },
  { name: "random-values", program: `${cases}/random-values.ts` },
  { name: "debounce", program: `${cases}/debounce.ts`, steps: scriptOf(TESTS, `${cases}/debounce.json`) },
]);
