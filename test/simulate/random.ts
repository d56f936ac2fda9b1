/** Chance from a seed: the same seed gives the same numbers everywhere. */

export interface Chance {
  /** A whole number from 0 up to `below`, without it. */
  upTo(below: number): number;
  /** True in `percent` of all cases. */
  percent(percent: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** The generator "mulberry32": small, and good enough to choose among faults. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    percent: (percent) => upTo(100) < percent,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new TypeError("nothing to pick from");
      return from[upTo(from.length)] as T;
    },
  };
}
