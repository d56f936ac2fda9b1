/**
 * When an engine dies. Death comes at a commit: before it is written, or after it is written and before anybody hears
 * of it. Between two commits nothing durable happens, so there is no other moment that could make a difference.
 */
import { derivedFraction, type Seed } from "./random.js";

export type Fate = "lives" | "dies before" | "dies after";

/** Asked once per commit. */
export type CrashPlan = () => Fate;

/** At which commits an engine dies: `n`-th commit of the whole test, from 1. */
export interface CrashPoint {
  readonly commit: number;
  readonly when: "before" | "after";
}

/** Chance: of so many commits one kills, half of them before they are written. */
export interface RandomCrashes {
  readonly seed: Seed;
  /** One commit of so many. Default: 3. */
  readonly oneIn?: number;
}

/** More deaths in a row than this, and no commit would ever be made. */
const MOST_IN_A_ROW = 4;

export function noCrashes(): Fate {
  return "lives";
}

export function crashesAt(points: readonly CrashPoint[]): CrashPlan {
  let commits = 0;
  return () => {
    commits += 1;
    const point = points.find(({ commit }) => commit === commits);
    return point === undefined ? "lives" : `dies ${point.when}`;
  };
}

export function randomCrashes({ seed, oneIn = 3 }: RandomCrashes): CrashPlan {
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
