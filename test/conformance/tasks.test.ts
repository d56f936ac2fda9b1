/** Programs 25 to 30: errors, retries, tokens, heartbeats, deaths. */
import { DAY, SECOND } from "./case.js";
import { conform } from "./conform.js";

const beats = (of: string, ...times: number[]) =>
  times.map((at) => ({ at: at * SECOND, heartbeat: of === "resumed" ? "again" : "work", of, details: at }));

conform([
  { name: "errors", program: "programs/cases/errors.ts" },
  {
    name: "failed",
    status: "FAILED",
    error: "OutOfStock: no more of A-1; TypeError: the shelf is empty; just text; undefined",
    others: { "child/class": "FAILED", "child/text": "FAILED", "child/nothing": "FAILED" },
  },
  { name: "stacks" },
  { name: "backoff", tellsTime: true, program: "programs/cases/backoff.ts" },
  {
    name: "retry-policy",
    result: {
      hand: [
        [3, 7000],
        ["attempt 4", 15_000],
      ],
      policy: [
        [3, 7000],
        ["attempt 4", 15_000],
      ],
      named: ["never again", 0],
      equal: true,
    },
    attempts: "by policy",
  },
  { name: "credit", input: 500, result: { balance: 0, attempt: 6 } },
  {
    name: "approval",
    steps: [
      { at: 3 * DAY, complete: "ask", of: "bread", result: { approve: true } },
      { at: 3 * DAY, complete: "ask", of: "cake", result: { approve: false } },
      { at: 4 * DAY, complete: "ask", of: "wine", error: new RangeError("closed on Mondays") },
      { at: 4 * DAY, complete: "ask", of: "bread", result: { approve: false }, refused: "EV8015" },
      { at: 6 * DAY, complete: "ask", of: "salt", result: { approve: true }, refused: "EV8015" },
    ],
    result: [
      "before the handler returned",
      "EV8014",
      "bought bread",
      "no cake",
      "closed on Mondays",
      "nobody cared about salt",
    ],
  },
  {
    name: "heartbeat",
    steps: [
      ...beats("all", 20),
      ...beats("third", 20),
      ...beats("caught", 20),
      ...beats("resumed", 20),
      ...beats("all", 40, 60, 80),
      { at: 100 * SECOND, complete: "work", of: "all", result: "done" },
    ],
    result: [["done", 100], [true, 50], "HeartbeatTimeout", [true, 30], ["went on from 20", 51]],
    attempts: "by policy",
  },
  {
    name: "limits",
    result: {
      one: [0, 0, 0],
      perCustomer: [0, 0, 0, 0],
      slow: [0, 0, 10, 10, 20],
      perHost: [20, 25, 20, 30],
    },
    // A death gives times anew.
    attempts: "by policy",
    tellsTime: true,
  },
  {
    name: "transfers",
    result: {
      numbers: [1, "EV7024", 2],
      accounts: [
        { name: "ada", cents: 54 },
        { name: "bob", cents: 46 },
      ],
      entries: [10, 30, 1, 2, 3, 99],
    },
    dependsOnOrder: "result",
    attempts: "by policy",
  },
  { name: "thread-death", result: [true, true, 1], atMostOnce: ["once"] },
]);
