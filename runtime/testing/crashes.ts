/**
 * When an engine dies. Death comes at a commit: before it is written, or after it is written and before anybody hears
 * of it. Between two commits nothing durable happens, so there is no other moment that could make a difference.
 */
import type { Write } from "../store/store.js";
import { derivedFraction, type Seed } from "./random.js";

/** `is refused`: the commit fails, as on a full disk, and the engine lives. */
export type Fate = "lives" | "dies before" | "dies after" | "is refused";

/** Asked once per commit, with what is to be written. */
export type CrashPlan = (writes: readonly Write[]) => Fate;

/** Chance: of so many commits one kills, half of them before they are written. */
export interface RandomCrashes {
  readonly seed: Seed;
  /** One commit of so many. Default: 3. */
  readonly oneIn?: number;
}

/** Every commit kills once: it is made at the second attempt (`before`), or nobody hears of it (`after`). */
export interface EveryCrash {
  readonly every: "before" | "after";
}

/** What happens at the commits with these numbers, counted from 1 over the whole test. */
export interface ChosenCrashes {
  readonly before?: readonly number[];
  readonly after?: readonly number[];
  /** The database refuses them, as on a full disk: the engine lives and tries again later. */
  readonly refused?: readonly number[];
}

/** A seed is short for `{ seed }`. */
export type Crashes = Seed | RandomCrashes | EveryCrash | ChosenCrashes;

/** More deaths in a row than this, and no commit would ever be made. */
const MOST_IN_A_ROW = 4;

/** The plan of a test environment's option. */
export function crashPlan(crashes: Crashes | undefined): CrashPlan {
  if (crashes === undefined) return () => "lives";
  if (typeof crashes !== "object") return randomCrashes({ seed: crashes });
  if ("seed" in crashes) return randomCrashes(crashes);
  return "every" in crashes ? everyCrash(crashes) : chosenCrashes(crashes);
}

function chosenCrashes({ before = [], after = [], refused = [] }: ChosenCrashes): CrashPlan {
  let commits = 0;
  return () => {
    commits += 1;
    if (refused.includes(commits)) return "is refused";
    if (before.includes(commits)) return "dies before";
    return after.includes(commits) ? "dies after" : "lives";
  };
}

function everyCrash({ every }: EveryCrash): CrashPlan {
  const killed = new Set<string>();
  return (writes) => {
    const what = subjectOf(writes);
    if (killed.has(what)) return "lives";
    killed.add(what);
    return `dies ${every}`;
  };
}

/** Notes that go along with a commit and say nothing about which one it is. */
const NOTES: ReadonlySet<Write["kind"]> = new Set(["setClock", "addLog", "addHistory"]);

/** What a commit is about: equal for a commit that is tried again in another life. */
function subjectOf(writes: readonly Write[]): string {
  const subjects = writes
    .filter(({ kind }) => !NOTES.has(kind))
    .map((write) => {
      const { kind, execution, seq, n, id, entry }: { kind: string } & Partial<Record<string, unknown>> = write;
      return [kind, execution, seq, n, id, (entry as { n?: number } | undefined)?.n];
    });
  return JSON.stringify(subjects);
}

function randomCrashes({ seed, oneIn = 3 }: RandomCrashes): CrashPlan {
  let commits = 0;
  let inARow = 0;
  return () => {
    commits += 1;
    const roll = derivedFraction(seed, `commit ${commits}`) * oneIn;
    if (roll >= 1 || inARow >= MOST_IN_A_ROW) {
      inARow = 0;
      return "lives";
    }
    inARow += 1;
    return roll < 0.5 ? "dies before" : "dies after";
  };
}
