/** Traps of nondeterminism and mutation, and values that can hardly be stored, under every axis. */
import { SECOND } from "./case.js";
import { conform } from "./conform.js";

conform([
  {
    name: "traps",
    result: {
      branch: 2,
      chance: true,
      id: 36,
      time: 11_000,
      pair: [
        [2, "b", "a", "c", "d1"],
        [2, "b", "a", "c", "d1"],
      ],
      counter: 10,
      order: ["b0", "c1"],
      fired: [0, 1, 2],
      late: ["refused", "got undefined", "refused", "refused", "refused"],
    },
  },
  {
    name: "mutations",
    steps: [{ at: 5000, signal: "boxes", payload: { items: [1] } }],
    result: {
      box: { items: [1, 2, 3] },
      looked: 2,
      same: true,
      result: { items: [1, 2, 99, 100], note: "spoilt" },
      kid: { box: { items: [] }, sent: { items: [5, 7] } },
      payload: { items: [5, 6] },
      heard: [2, 1],
    },
  },
  { name: "kinds" },
  {
    name: "unstorable",
    steps: Array.from({ length: 6 }, (_, n) => ({ at: (n + 1) * SECOND, signal: "more", payload: 10 })),
    result: {
      "in a variable": ["0", 11],
      "under a view": ["DataView", 12],
      "in a collection": ["1", 13],
      "in a private field": ["[object ArrayBuffer]", 14],
      "bound to a function": ["0", 15],
      "behind a proxy": ["inner", 16],
    },
  },
  { name: "unstorable-module", result: [8, 0, 0] },
]);
