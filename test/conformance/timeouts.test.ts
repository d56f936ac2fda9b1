/** Programs 21 to 24: time limits. */
import { DAY, SECOND } from "./case.js";
import { conform } from "./conform.js";

const childTimes = {
  "limited/own": "TIMED_OUT",
  "limited/shorter": "TIMED_OUT",
  "limited/longer": "TIMED_OUT",
} as const;

conform([
  {
    name: "timeouts",
    tellsTime: true,
    result: [
      ["condition", true, 1],
      ["signal", true, 2],
      ["taskDefinition", true, 3],
      ["childDefinition", true, 4],
      ["taskCall", true, 5],
      ["childCall", true, 6],
      ["trueAtOnce", true, 0],
    ],
  },
  {
    name: "timeout-promises",
    dependsOnOrder: "timeline",
    steps: [
      { at: 7 * SECOND, complete: "slow", of: "first", result: "first" },
      { at: 9 * SECOND, signal: "enough", payload: "stop" },
    ],
    result: [
      ["Timeout", 5],
      ["Timeout", 5],
      ["first", 7],
      ["Timeout", 7],
      ["Timeout", 7],
      ["Timeout", 9],
      ["mine", 0],
      ["in time", 0],
      ["Timeout", 0],
    ],
  },
  {
    name: "workflow-timeout",
    tellsTime: true,
    afterwards: 2 * DAY,
    others: {
      ...childTimes,
      "grandchild/own-left": "CANCELLED",
      "grandchild/own-told": "CANCELLED",
    },
    result: [["own", true, 5], ["shorter", true, 2], ["longer", true, 7], "EV8005"],
  },
  {
    name: "late-completion",
    steps: [
      { at: 10 * SECOND, complete: "slow", of: "late", result: "too late", refused: "EV8015" },
      { at: 11 * SECOND, heartbeat: "slow", of: "late", cancelled: true },
      { at: 66 * SECOND, complete: "slow", of: "in time", result: "well" },
    ],
    result: [true, "well"],
  },
]);
