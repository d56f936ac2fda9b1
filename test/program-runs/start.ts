/** When every run of a program begins, ms since the epoch. */
export const START = Date.UTC(2026, 0, 1);
