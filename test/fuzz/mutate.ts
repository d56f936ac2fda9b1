/** Damage from a seed: to the bytes of a text, and to the structure of JSON. */
import type { Chance } from "../simulate/random.js";

/** What finds weak places in readers of JSON. */
const NASTY: readonly unknown[] = [
  ...[null, true, 0, -1, -6, -7, 1e308, 2 ** 32, 2 ** 53, 0.5, "", "\u0000", "\ud800", "__proto__", "constructor"],
  ...[
    [],
    [[]],
    {},
    { length: 1e9 },
    JSON.parse('{"__proto__":{"polluted":1}}'),
    { constructor: { prototype: { polluted: 1 } } },
  ],
  ...["x".repeat(10_000), { toString: null }, ["__proto__", "polluted"]],
];
const KEYS = ["__proto__", "constructor", "prototype", "toString", "then", "kind", "length", "0", ""];

/** A text of which some bytes are gone, doubled, changed or moved. */
export function mutateText(text: string, chance: Chance): string {
  let changed = text;
  for (let times = 1 + chance.upTo(4); times > 0; times--) {
    const at = chance.upTo(changed.length + 1);
    const to = Math.min(changed.length, at + 1 + chance.upTo(12));
    const piece = changed.slice(at, to);
    changed = chance.pick([
      () => changed.slice(0, at),
      () => changed.slice(0, at) + changed.slice(to),
      () => changed.slice(0, to) + piece + changed.slice(to),
      () => changed.slice(0, at) + String.fromCharCode(chance.upTo(chance.pick([128, 65_536]))) + changed.slice(at + 1),
      () =>
        changed.slice(0, at) + chance.pick(["{", "]", '"', "\\", ",", "-7", "1e999", "\n", "null"]) + changed.slice(at),
      () => changed.slice(to) + changed.slice(0, at),
    ])();
  }
  return changed;
}

/** A copy of a JSON value in which some parts are others, gone, or there under other names. */
export function mutateJson(value: unknown, chance: Chance): unknown {
  let copy: unknown = structuredClone(value);
  for (let times = 1 + chance.upTo(3); times > 0; times--) {
    const places = placesIn({ root: copy });
    const place = chance.pick(places);
    const { holder, key } = place;
    const root = { root: copy };
    const target = places[0] === place ? (root as Record<string, unknown>) : holder;
    chance.pick([
      () => define(target, key, chance.pick(NASTY)),
      () => define(target, key, chance.pick(NASTY)),
      () => void Reflect.deleteProperty(target, key),
      () => define(target, chance.pick(KEYS), target[key]),
      () => define(target, key, chance.pick(places).holder),
    ])();
    if (target === root) copy = root.root;
    if (isCyclic(copy)) copy = structuredClone(value);
  }
  return copy;
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(root: object): readonly Place[] {
  const places: Place[] = [];
  const todo: object[] = [root];
  for (let holder = todo.pop(); holder !== undefined && places.length < 5000; holder = todo.pop()) {
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      const inner = (holder as Record<string, unknown>)[key];
      if (typeof inner === "object" && inner !== null) todo.push(inner);
    }
  }
  return places;
}

/** An own property, also of a name that assignment would take as something else. */
function define(target: object, key: string, value: unknown): void {
  if (Array.isArray(target) && key === "length") return;
  Reflect.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function isCyclic(value: unknown): boolean {
  try {
    return JSON.stringify(value) === undefined && value !== undefined;
  } catch {
    return true;
  }
}
