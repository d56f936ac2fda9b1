/** Workflows with the option `retry`. */
import { DAY, SECOND } from "./case.js";
import { conform } from "./conform.js";

const program = "conformance/programs/attempts.ts";

conform([
  {
    name: "attempts",
    program,
    steps: [
      { at: 5 * SECOND, signal: "approval", payload: "granted in the first pause" },
      { at: 5 * SECOND, query: "stage", answer: "attempt 1" },
      { at: 40 * SECOND, query: "stage", answer: "attempt 3" },
    ],
    result: {
      before: "new",
      attempt: 3,
      failed: 2,
      quick: "slept 0 h",
      shared: "slept 2 h",
      approval: "granted in the first pause",
    },
    afterwards: DAY,
    others: {
      "nap/told-1": "CANCELLED",
      "nap/told-2": "CANCELLED",
      "nap/told-3": "CANCELLED",
      "nap/quick": "SUCCEEDED",
    },
  },
  {
    name: "attempts-run-out",
    program,
    workflow: "doomed",
    steps: [
      { at: 1 * SECOND, signal: "poison", payload: 1 },
      { at: 5 * SECOND, signal: "poison", payload: 2 },
    ],
    status: "FAILED",
    error: "Flaky: attempt 2 came to nothing",
  },
  { name: "attempts-refused", program, workflow: "parent", result: "attempt 1 came to nothing" },
]);
