/**
 * Private elements of objects. Which classes have put some on an object is found by its prototypes; the values are
 * asked of the classes' kits.
 *
 * P1  An object has the private elements of at most one class that extends nothing: the class that made it.
 * P2  No code of the user runs.
 */
import { anyBranded, brandingKitBehind, type Kit, kitOf, straysOf } from "../classes.js";
import { Refusal } from "./faults.js";
import { getPrototypeOf, NativeMap } from "./natives.js";
import { proxyRecordOf } from "./overrides.js";

/** The private elements that one class has put on an object, or on itself. */
export interface Brand {
  readonly kit: Kit;
  /** How they come to be there again: by the class itself, by making the object, or by being put on it. */
  readonly how: typeof OWN | typeof MADE | typeof PUT;
  readonly values: readonly unknown[];
}

export const OWN = 0;
export const MADE = 1;
export const PUT = 2;

const NO_BRANDS: readonly Brand[] = [];
const NO_KITS: readonly Kit[] = [];

/** Which classes may have put private elements on objects with a certain prototype; for as long as prototypes stay. */
export class BrandFinder {
  readonly #kits = new NativeMap<object | null, readonly Kit[]>([[null, NO_KITS]]);

  /** The brands of an object, those of classes nearer to it first. */
  of(object: object): readonly Brand[] {
    if (!anyBranded()) return NO_BRANDS;
    const strays = straysOf(object);
    if (proxyRecordOf(object) !== undefined) {
      if (strays.length > 0) throw new Refusal("a Proxy with private elements");
      return NO_BRANDS;
    }
    const told = this.#kitsOf(getPrototypeOf(object));
    const kits = strays.length === 0 ? told : [...told, ...strays.filter((kit) => !told.includes(kit))];
    const own = typeof object === "function" ? kitOf(object) : undefined;
    if (kits.length === 0 && own?.parts.staticGet === undefined) return NO_BRANDS;
    const found: Brand[] = [];
    if (own?.parts.staticGet !== undefined) found.push({ kit: own, how: OWN, values: own.parts.staticGet(object) });
    for (let i = 0; i < kits.length; i++) {
      const kit = kits[i] as Kit;
      if (kit.parts.has?.(object) !== true) continue;
      found.push({ kit, how: kit.parts.base === true ? MADE : PUT, values: kit.parts.get?.(object) ?? [] });
    }
    return found;
  }

  #kitsOf(prototype: object | null): readonly Kit[] {
    const known = this.#kits.get(prototype);
    if (known !== undefined) return known;
    const chain: object[] = [];
    let link = prototype;
    let kits: readonly Kit[] | undefined;
    while (kits === undefined) {
      chain.push(link as object);
      link = proxyRecordOf(link as object) === undefined ? getPrototypeOf(link) : null;
      kits = this.#kits.get(link);
    }
    for (let i = chain.length - 1; i >= 0; i--) {
      const kit = brandingKitBehind(chain[i] as object);
      if (kit !== undefined) kits = [kit, ...kits];
      this.#kits.set(chain[i] as object, kits);
    }
    return kits;
  }
}

/** The brands of an object as one list: class, how, number of values, values. */
export function flatBrands(brands: readonly Brand[]): readonly unknown[] {
  const list: unknown[] = [];
  for (let i = 0; i < brands.length; i++) {
    const { kit, how, values } = brands[i] as Brand;
    list.push(kit.home, how, values.length);
    for (let j = 0; j < values.length; j++) list.push(values[j]);
  }
  return list;
}

/** What a static class has besides its properties: private methods that can leave it. */
export function hiddenParts(value: object): readonly unknown[] {
  return (typeof value === "function" ? kitOf(value)?.methods : undefined) ?? [];
}
