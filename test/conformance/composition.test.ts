/** Programs 38 to 40: children, identity, sagas. */
import { DAY, HOUR, SECOND } from "./case.js";
import { conform } from "./conform.js";

conform([
  { name: "ping-pong", result: { rounds: 6, last: 10 } },
  {
    name: "family",
    afterwards: 3 * DAY,
    result: {
      distinct: true,
      results: [
        [0, 1],
        [0, 1],
      ],
      named: "at -1",
      depth: 21,
    },
    others: { "sleeper/left": "SUCCEEDED", "sleeper/told": "CANCELLED", "sleeper/ended": "TERMINATED" },
  },
  {
    name: "idempotent",
    steps: [
      { at: 10 * SECOND, start: "order", name: "order-7", input: "book" },
      { at: 10 * SECOND, start: "order", name: "from/outside", input: "ink" },
      { at: 20 * SECOND, signal: "poke", payload: 2, to: "order/from/outside" },
    ],
    others: { "order/order-7": "SUCCEEDED", "order/from/outside": "SUCCEEDED", "order/a/b/c": "IN_PROGRESS" },
  },
  {
    name: "announcements",
    result: ["order-1 closed", "order-1 out of stock", "order-1 started", "order-1 undid 1", "order-1 undid 2"],
    // A handler whose signal's answer is lost sends it again: were every commit to kill, that would go on for ever.
    kills: "some",
    repeats: "deliveries",
  },
  {
    name: "conversation",
    steps: [
      { at: 1 * SECOND, request: "add", payload: "book", answer: 400 },
      { at: 1.5 * SECOND, query: "cart", input: "b", answer: ["book"] },
      { at: 2 * SECOND, request: "add", payload: "pencil", answer: 1000 },
      { at: 3 * SECOND, request: "pay", payload: { cents: 1 }, answer: "RangeError: it costs 1000" },
      { at: 4 * SECOND, request: "pay", payload: { cents: 1000 }, answer: "paid 1000" },
      { at: 5 * SECOND, query: "cart", input: "", answer: ["book", "pencil", "not kept"] },
      { at: 5 * SECOND, query: "cart", input: "x", answer: [] },
      { at: 2 * HOUR, query: "cart", input: "", answer: ["book", "pencil", "not kept"] },
    ],
    result: { items: ["book", "pencil"], cents: 1000 },
    // What is asked again after a death is carried out again: were every commit to kill, that would go on for ever.
    kills: "some",
    repeats: "deliveries",
  },
  {
    name: "deliveries",
    result: ["delivered to Ada", "delivered to Bob", "noted Ada", "noted Bob", "noted nobody"],
    kills: "some",
    repeats: "deliveries",
  },
  { name: "handles", afterwards: HOUR },
  { name: "schedules" },
  {
    name: "sagas",
    result: [
      ["step 1", true, []],
      ["step 2", true, ["undid 1"]],
      ["step 3", true, ["undid 2", "undid 1"]],
      ["step 4", true, ["undid 3", "undid 2", "undid 1"]],
      [10, []],
    ],
  },
]);
