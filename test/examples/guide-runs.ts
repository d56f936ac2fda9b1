/** What the workflows of docs/guide do when they are run. */

/** A workflow of an example, run by itself. */
export interface Run {
  readonly input: unknown;
  /** In order of time; `day` after the start. */
  readonly signals?: readonly { readonly day: number; readonly signal: string; readonly payload: unknown }[];
  /** How long it is watched. */
  readonly days: number;
  /** What the workflow returns; without it the execution must still be in progress. */
  readonly result?: unknown;
  /** Mails sent. */
  readonly mails?: number;
}

/** By page and workflow. */
export const GUIDE_RUNS: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  events: {
    order: { input: 1200, days: 1, result: "paid", signals: [{ day: 0.5, signal: "money", payload: undefined }] },
  },
  versions: { refund: { input: 500, days: 7, result: "500 cents" } },
  schedules: { report: { input: "full", days: 0, result: "full report" } },
  transactions: { pay: { input: 300, days: 0, result: { cents: 700 } } },
  workflows: {
    trial: { input: "ada@example.org", days: 14, result: "invoicing/example" },
    invoicing: { input: "ada@example.org", days: 0, result: "invoice to ada@example.org" },
  },
  attempts: { booking: { input: "Rome", days: 1, result: ["confirmed", 3, true] } },
  tasks: { purchase: { input: 1200, days: 1, result: ["CardRefused", "charged 1200, attempt 3, key true"] } },
  timeouts: { book: { input: 3, days: 2, result: ["rendered", "rendered", "nobody came", false] } },
  "async-tasks": { publish: { input: "plan", days: 3, result: "plan is complete, but nobody approved it" } },
  signals: {
    basket: {
      input: undefined,
      signals: [
        { day: 0.1, signal: "add", payload: "book" },
        { day: 0.2, signal: "add", payload: "pen" },
        { day: 0.3, signal: "checkout", payload: { card: "1234" } },
      ],
      days: 1,
      result: { items: ["book", "pen"], card: "1234" },
    },
  },
  conditions: {
    ballot: {
      input: 2,
      signals: [
        { day: 1, signal: "vote", payload: { by: "ada", yes: true } },
        { day: 2, signal: "vote", payload: { by: "bob", yes: false } },
      ],
      days: 3,
      result: [
        ["ADA", true],
        ["BOB", false],
      ],
    },
  },
  timers: {
    dunning: {
      input: "17",
      days: 60,
      result: ["reminder 1 for 17", "reminder 2 for 17", "reminder 3 for 17", "to court on 2026-03-01T08:00:00.000Z"],
    },
  },
  requests: {
    show: { input: 10, days: 7, result: 0 },
    clerk: { input: undefined, days: 1, result: ["seat 2", 8] },
  },
  children: {
    delivery: { input: "box", days: 5, result: "box is there" },
    shipment: {
      input: ["box", "lost", "bag"],
      days: 5,
      result: ["box is there", "Undeliverable", "bag is there"],
    },
  },
  cancellation: {
    stay: {
      input: "room 9",
      signals: [{ day: 0.1, signal: "skip", payload: undefined }],
      days: 3,
      result: ["reserved room 9", "no breakfast", "released room 9"],
    },
  },
  sagas: {
    trip: {
      input: ["flight", "hotel", "car"],
      days: 1,
      result: { why: "no cars left", undone: ["hotel given back", "flight given back"] },
    },
  },
  limits: {
    crawl: { input: ["https://a.example/x", "https://b.example/yy"], days: 1, result: "2 pages" },
  },
  determinism: {
    lottery: { input: ["Ada", "Bob"], days: 1, result: { drawn: true, ticket: 36, hours: 24, paid: true } },
  },
  failures: {
    fulfil: { input: ["book", "pen", "ink"], days: 1, result: ["book: the shelf is empty", "it is elsewhere", "ink"] },
  },
};
