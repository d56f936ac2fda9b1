/** A program, and the ways in which its next version may differ. */

/** An execution of it waits at its signal. */
export const BASE = `import { duration, onSignal, signal, task, workflow } from "eventual";

const go = signal<number>("go");
const first = task("first", async (n: number) => n + 1);
const second = task("second", async (n: number) => n * 10);

export const main = workflow("main", async (input: number) => {
  const one = await first(input);
  const got = await go.expectSignal();
  await duration(1, "hour");
  const two = await second(one + got);
  return { one, got, two };
});
`;

export interface Change {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** Could an execution that waits at the signal go on in the new version? */
  readonly verdict: "same" | "moves" | "stays";
  /** What an execution of the new version returns. Default: the same as of the old one. */
  readonly result?: unknown;
}

export const RESULT = { one: 2, got: 5, two: 70 };
const WAIT = "const got = await go.expectSignal();";

export const CHANGES: readonly Change[] = [
  { what: "a comment", from: "  const one", to: "  // now with a comment\n  const one", verdict: "same" },
  {
    what: "formatting",
    from: "return { one, got, two };",
    to: "return {\n    one,\n    got,\n    two,\n  };",
    verdict: "same",
  },
  {
    what: "a call appended",
    from: "return { one, got, two };",
    to: "return { one, got, two, three: await first(two) };",
    verdict: "moves",
    result: { ...RESULT, three: 71 },
  },
  { what: "a wait inserted before", from: WAIT, to: `await duration(5);\n  ${WAIT}`, verdict: "moves" },
  { what: "a wait inserted after", from: WAIT, to: `${WAIT}\n  await duration(5);`, verdict: "moves" },
  { what: "the wait removed", from: WAIT, to: "const got = 5;", verdict: "stays" },
  {
    what: "calls in another order",
    from: `const one = await first(input);\n  ${WAIT}`,
    to: `${WAIT}\n  const one = await first(input);`,
    verdict: "stays",
  },
  {
    what: "from one after the other to side by side",
    from: `const one = await first(input);\n  ${WAIT}`,
    to: "const [one, got] = await Promise.all([first(input), go.expectSignal()]);",
    verdict: "stays",
  },
  {
    what: "another input",
    from: "first(input)",
    to: "first(input + 1)",
    verdict: "moves",
    result: { one: 3, got: 5, two: 80 },
  },
  { what: "another timer", from: 'duration(1, "hour")', to: 'duration(2, "hours")', verdict: "moves" },
  {
    what: "a handler added",
    from: "  const one",
    to: '  onSignal("note", () => {});\n  const one',
    verdict: "moves",
  },
  {
    what: "a task renamed",
    from: 'task("first"',
    to: 'task("renamed"',
    verdict: "same",
  },
  {
    what: "a local renamed",
    from: "const one = await first(input);",
    to: "const uno = await first(input);\n  const one = uno;",
    verdict: "moves",
  },
  {
    what: "a live local that was not there",
    from: WAIT,
    to: `let extra = input * 2;\n  ${WAIT}\n  extra += got;`,
    verdict: "stays",
  },
];
