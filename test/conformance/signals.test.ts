/** Programs 31 to 37: signals and conditions. */
import { conform, TESTS } from "./conform.js";
import { scriptOf } from "./script.js";

const cases = "programs/cases";
const scripted = (name: string) => ({
  name,
  program: `${cases}/${name}.ts`,
  steps: scriptOf(TESTS, `${cases}/${name}.json`),
});

conform([
  scripted("signal-loop"),
  scripted("loop-with-task"),
  scripted("early-signal"),
  scripted("lost-race"),
  scripted("order-states"),
  { name: "condition", program: `${cases}/condition.ts` },
]);
