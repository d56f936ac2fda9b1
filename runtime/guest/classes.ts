/**
 * Classes at run time (ECMA-262 §15.7): those made by factories, and the kits by which others reach into a class body.
 *
 *   J1  A class made by a factory, its `prototype` and the functions in it are known by their place in the class, so
 *       that they need no registration of their own.
 *   J2  Heritage is checked and its `prototype` read before computed keys are evaluated; the class itself is made with
 *       a stand-in that has that `prototype`, and gets its [[Prototype]] before any code of the user runs.
 *   J3  While `restoring.on`, no code of the user runs in classes.
 */
import type { AnyFunction, ClassFactory, ClassKit, ClassParts, FunctionKind } from "../protocol/helpers.js";
import { dressFunction } from "./function-kinds.js";
import type { Captures, Code } from "./registry.js";
import { sideRecords } from "./side-record.js";

const { construct, ownKeys } = Reflect;
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const NativeProxy = Proxy;
const NativeMap = Map;

/** While `on`, classes and objects are made for a checkpoint. */
export const restoring = { on: false };

/** The kit of one class evaluation. */
export class Kit implements ClassKit {
  readonly home: AnyFunction;
  readonly code: readonly AnyFunction[];
  readonly methods: readonly AnyFunction[];
  readonly dressed: readonly (AnyFunction | undefined)[];
  readonly parts: ClassParts;

  constructor(home: AnyFunction, parts: ClassParts) {
    this.home = home;
    this.parts = parts;
    this.code = parts.code ?? NONE;
    this.methods = parts.methods ?? NONE;
    this.dressed = dress(home, parts.dress ?? NONE);
  }
}

const NONE: readonly never[] = [];

/** What a class extends: nothing, null, or a parent. */
export type HeritageKind = "none" | "null" | "parent";

/** How a class was made at run time. */
export interface MadeClass {
  readonly code: Code;
  readonly keys: readonly PropertyKey[];
  readonly captures: Captures;
  readonly heritage: HeritageKind;
  /** Functions that the class was born with, in a fixed order. */
  readonly members: readonly AnyFunction[];
}

/** The place of a function in the class it was born with. */
export interface MemberPlace {
  readonly home: AnyFunction;
  readonly index: number;
}

/** What there is at all, so that programs without classes pay nothing. */
const known = { anyMade: false, anyBranded: false, anyStrays: false };

const kits = sideRecords<Kit>();
const made = sideRecords<MadeClass>();
const members = sideRecords<MemberPlace>();
const classOfPrototype = sideRecords<AnyFunction>();

/** The kit of a class; undefined for one that needs none. */
export function kitOf(target: object): Kit | undefined {
  return kits.get(target);
}

/** How a class was made; undefined for what was not made by a factory. */
export function madeClassOf(target: object): MadeClass | undefined {
  return known.anyMade ? made.get(target) : undefined;
}

/** The place of a function that a class made at run time was born with. */
export function memberPlaceOf(fn: object): MemberPlace | undefined {
  return known.anyMade ? members.get(fn) : undefined;
}

/** The class made at run time that the object was born as the `prototype` of. */
export function madeClassBehind(prototype: object): AnyFunction | undefined {
  const target = known.anyMade ? classOfPrototype.get(prototype) : undefined;
  return target !== undefined && made.get(target) !== undefined ? target : undefined;
}

/** True if there are classes with private elements. */
export function anyBranded(): boolean {
  return known.anyBranded;
}

/** The kit of the class with private elements that the object was born as the `prototype` of. */
export function brandingKitBehind(prototype: object): Kit | undefined {
  const target = classOfPrototype.get(prototype);
  const kit = target && kits.get(target);
  return kit?.parts.has === undefined ? undefined : kit;
}

/** Classes that have put private elements on an object whose prototypes do not tell so. */
const strays = sideRecords<readonly Kit[]>();

/** Those classes of an object. */
export function straysOf(object: object): readonly Kit[] {
  return (known.anyStrays ? strays.get(object) : undefined) ?? NONE;
}

function addStray(object: object, kit: Kit): void {
  const before = straysOf(object);
  if (before.includes(kit)) return;
  known.anyStrays = true;
  strays.set(object, [...before, kit]);
}

type IsProxy = (object: object) => boolean;

/** True if the prototypes of an object tell that the class may have put private elements on it. */
function tells(object: object, kit: Kit, isProxy: IsProxy): boolean {
  const wanted: unknown = kit.home.prototype;
  for (let link: object | null = object; link !== null && !isProxy(link); ) {
    link = getPrototypeOf(link) as object | null;
    if (link === wanted) return true;
  }
  return false;
}

/** See GuestHelpers.$stamp. */
export function noteBrand(object: object, kit: ClassKit, isProxy: IsProxy): void {
  const known = kits.get(kit.home);
  if (known !== undefined && !tells(object, known, isProxy)) addStray(object, known);
}

/** To be called before the prototype of an object changes. */
export function keepBrands(object: object, isProxy: IsProxy): void {
  if (!known.anyBranded) return;
  for (let link: object | null = object; link !== null && !isProxy(link); link = getPrototypeOf(link)) {
    const kit = brandingKitBehind(link);
    if (kit?.parts.has?.(object) === true) addStray(object, kit);
  }
}

/** To be called for an object that `maker` has made with another prototype than its own. */
export function keepBrandsOf(object: object, maker: object, isProxy: IsProxy): void {
  if (!known.anyBranded) return;
  for (let link: object | null = maker; link !== null && !isProxy(link); link = getPrototypeOf(link)) {
    const kit = kits.get(link);
    if (kit?.parts.has?.(object) === true && !tells(object, kit, isProxy)) addStray(object, kit);
  }
}

/** Heritage between its evaluation and the making of the class; frames may hold it. */
interface Heritage {
  readonly parent: AnyFunction | null;
  readonly prototype: object | null;
}

/** See GuestHelpers.$heritage. */
export function checkHeritage(parent: unknown): Heritage {
  if (parent === null) return { parent: null, prototype: null };
  if (!isConstructor(parent)) throw new TypeError("Class extends value is not a constructor or null");
  const prototype: unknown = Reflect.get(parent, "prototype");
  if (prototype !== null && typeof prototype !== "object" && typeof prototype !== "function") {
    throw new TypeError("Class extends value does not have valid prototype property");
  }
  return { parent, prototype };
}

/** IsConstructor, without running code of the user. */
function isConstructor(value: unknown): value is AnyFunction {
  if (typeof value !== "function" || isCoroutineFunction(value)) return false;
  try {
    construct(new NativeProxy(value, SILENT), NONE);
    return true;
  } catch {
    return false;
  }
}

const SILENT: ProxyHandler<AnyFunction> = { construct: () => ({}) };

/** Functions whose calls are frames are compiled to plain ones, but they are not constructors. */
function isCoroutineFunction(value: AnyFunction): boolean {
  return COROUTINES.has(getPrototypeOf(value));
}

const COROUTINES = new Set<unknown>([
  getPrototypeOf(async () => undefined),
  // biome-ignore lint/correctness/useYield: only its prototype is wanted
  getPrototypeOf(function* () {
    return undefined;
  }),
  // biome-ignore lint/correctness/useYield: only its prototype is wanted
  getPrototypeOf(async function* () {
    return undefined;
  }),
]);

/** A constructor with that `prototype`, to be extended in the place of another. */
function standIn(prototype: object | null): AnyFunction {
  function Parent(): void {
    // Never called: it is the parent of a class only until the class gets its own.
  }
  Parent.prototype = prototype;
  return Parent;
}

/** See GuestHelpers.$class. */
export function makeClass(
  code: Code,
  heritage: object | undefined,
  keys: readonly PropertyKey[],
  captures: Captures,
): AnyFunction {
  if (code.make === null) throw new TypeError(`${code.id} has no factory`);
  const factory = code.make(captures, code) as ClassFactory;
  const inherited = heritage as Heritage | undefined;
  const parent = inherited?.parent ? standIn(inherited.prototype) : null;
  return factory(parent, keys, (target, parts) => {
    if (inherited?.parent) setPrototypeOf(target, inherited.parent);
    const kit = addKit(target, parts);
    const functions = membersOf(target, kit);
    const kind = inherited === undefined ? "none" : inherited.parent === null ? "null" : "parent";
    made.add(target, { code, keys, captures, heritage: kind, members: functions });
    known.anyMade = true;
    functions.forEach((fn, index) => {
      members.add(fn, { home: target, index });
    });
    return kit;
  });
}

/** See GuestHelpers.$kit. */
export function addKit(target: AnyFunction, parts: ClassParts): Kit {
  const kit = new Kit(target, parts);
  kits.add(target, kit);
  if (parts.has !== undefined || parts.staticGet !== undefined) known.anyBranded = true;
  classOfPrototype.add(target.prototype as object, target);
  return kit;
}

/** All functions that a class has before its static elements are evaluated, but the class itself. */
function membersOf(target: AnyFunction, kit: Kit): AnyFunction[] {
  const found: AnyFunction[] = [];
  const collect = (holder: object): void => {
    // By index, here as in all that runs while classes are made: user code may have changed how arrays are iterated.
    const keys = ownKeys(holder);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = getOwnPropertyDescriptor(holder, keys[i] as PropertyKey);
      const { value, get, set }: { value?: unknown; get?: unknown; set?: unknown } = descriptor ?? {};
      if (typeof value === "function" && value !== target) found.push(value);
      if (typeof get === "function") found.push(get);
      if (typeof set === "function") found.push(set);
    }
  };
  collect(target);
  collect(target.prototype as object);
  return found.concat(kit.methods);
}

/** Gives methods whose calls are frames the prototypes of their kind, if they are still there. */
function dress(home: AnyFunction, list: NonNullable<ClassParts["dress"]>): (AnyFunction | undefined)[] {
  const last = new NativeMap<PropertyKey, number>();
  const lastStatic = new NativeMap<PropertyKey, number>();
  for (let i = 0; i < list.length; i += 3) (list[i] === true ? lastStatic : last).set(keyOf(list[i + 1]), i);
  const dressed: (AnyFunction | undefined)[] = [];
  for (let i = 0; i < list.length; i += 3) {
    const isStatic = list[i] === true;
    const key = keyOf(list[i + 1]);
    const kind = list[i + 2] as FunctionKind | undefined;
    const isThere = (isStatic ? lastStatic : last).get(key) === i;
    const holder = isStatic ? home : (home.prototype as object);
    const fn: unknown = isThere && kind ? getOwnPropertyDescriptor(holder, key)?.value : undefined;
    dressed.push(typeof fn === "function" && kind ? dressFunction(fn, kind) : undefined);
  }
  return dressed;
}

function keyOf(key: unknown): PropertyKey {
  return typeof key === "symbol" ? key : String(key);
}

/** Runs `work` so that no code of the user runs in the classes that it makes or constructs. */
export function whileRestoring<T>(work: () => T): T {
  const before = restoring.on;
  restoring.on = true;
  try {
    return work();
  } finally {
    restoring.on = before;
  }
}

/** A class as it was born, for comparison or to be filled; what it extends is to be set. */
export function rebirth(code: Code, keys: readonly PropertyKey[], captures: Captures, kind: HeritageKind): AnyFunction {
  const parent = kind === "parent" ? standIn(null) : null;
  const heritage: Heritage | undefined = kind === "none" ? undefined : { parent, prototype: null };
  return whileRestoring(() => makeClass(code, heritage, keys, captures));
}

/** Holds the object that a class is to put its private elements on. */
const stamped: { target: object } = { target: {} };

function giveStamped(): object {
  return stamped.target;
}

/** A new object with the private elements of a class that extends nothing. */
export function makeBranded(kit: Kit): object {
  const object: object = whileRestoring(() => construct(kit.home, NONE));
  for (const key of ownKeys(object)) Reflect.deleteProperty(object, key);
  return object;
}

/** Puts the private elements of a class that extends another on an object, which keeps its properties. */
export function brand(kit: Kit, object: object): void {
  const { home } = kit;
  const parent: object | null = getPrototypeOf(home);
  const before = new NativeMap(ownKeys(object).map((key) => [key, getOwnPropertyDescriptor(object, key)]));
  setPrototypeOf(home, giveStamped);
  stamped.target = object;
  try {
    whileRestoring(() => construct(home, NONE));
  } finally {
    stamped.target = {};
    setPrototypeOf(home, parent);
  }
  for (const key of ownKeys(object)) {
    const descriptor = before.get(key);
    if (descriptor === undefined) Reflect.deleteProperty(object, key);
    else defineProperty(object, key, descriptor);
  }
}
