/**
 * Reading a checkpoint into an instance that was made by evaluating the program again.
 *
 * H3  Whatever the text holds, the outcome is the state it describes or a Fault; the state is set last of all. After a
 *     Fault the instance has to be dropped.
 */
import { Fault } from "../../protocol/fault.js";
import type { ExecutionState, Instance } from "../instance.js";
import { type Code, makeClosure, runtimeCodes } from "../registry.js";
import { type Baseline, baselineOf } from "./baseline.js";
import { damaged, otherInitialisation, unknownFunction } from "./faults.js";
import { intrinsicNamed } from "./intrinsics.js";
import { kindOfTag } from "./kinds/table.js";
import { setWeakEntry, weakEntry } from "./kinds/weak.js";
import { isArray } from "./natives.js";
import { ABSENT, ROOT } from "./rows/format.js";
import { Reader, type ReaderScope } from "./rows/reader.js";
import { parseTables, type Tables } from "./rows/text.js";
import type { BaselineState } from "./template.js";
import { anyWeakEntries, type GuestWeakMap, holdersOf } from "./weak.js";

/**
 * Brings the instance into the state that `text` describes. Throws Fault EV5101 (damaged), EV5102 (other format),
 * EV5103 (initialisation gave other objects), EV5104 (the program lacks a function).
 */
export function readHeap(instance: Instance, text: string): void {
  const baseline = baselineOf(instance);
  const tables = parseTables(text);
  if (tables.shape !== baseline.template.hash)
    throw otherInitialisation("evaluating the program again gave other objects");
  try {
    restore(instance, baseline, tables);
  } catch (error) {
    throw isContentError(error) ? damaged(String(error), error) : error;
  }
}

/** The errors by which the engine refuses what a damaged text asks for. Anything else (memory, stack) passes. */
function isContentError(error: unknown): boolean {
  if (error instanceof Fault) return false;
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}

function restore(instance: Instance, baseline: Baseline, tables: Tables): void {
  const reader = new Reader(tables, scopeOf(instance, baseline));
  if (reader.tagOf(0) !== ROOT) throw damaged("the first row is not the root");
  reader.run();
  const cells = reader.cells(0);
  const state = reader.object(cells[0]);
  const variables = cells[1] ?? 0;
  let at = 2;
  for (let i = 0; i < variables; i++, at += 3) {
    setVariable(instance, reader.value(cells[at]), reader.value(cells[at + 1]), reader.value(cells[at + 2]));
  }
  const finishing: (() => void)[] = [];
  for (; at < cells.length; at += 3) changeObject(instance, baseline, reader, cells.slice(at, at + 3), finishing);
  reader.finish();
  for (const finish of finishing) finish();
  for (let i = 0; i < tables.weak.length; i += 3) {
    setWeakEntry(reader.value(tables.weak[i]), reader.value(tables.weak[i + 1]), reader.value(tables.weak[i + 2]));
  }
  if (!looksLikeState(state)) throw damaged("the root holds no state");
  reader.close();
  instance.state = state;
}

function looksLikeState(value: object): value is ExecutionState {
  const { seq, unhandled, operations } = value as Partial<ExecutionState>;
  return typeof seq === "number" && isArray(unhandled) && operations instanceof Map;
}

function setVariable(instance: Instance, moduleId: unknown, name: unknown, value: unknown): void {
  const module = instance.modules.find(({ id }) => id === moduleId);
  const variable = module !== undefined && typeof name === "string" ? module.variables[name] : undefined;
  if (variable === undefined)
    throw damaged(`a variable ${String(moduleId)}#${String(name)} that the program does not have`);
  variable[1](value);
}

/** `finishing` gets what is to be done when every object has its content. */
function changeObject(
  instance: Instance,
  baseline: Baseline,
  reader: Reader,
  cells: readonly number[],
  finishing: (() => void)[],
): void {
  const [reference, change, content] = cells;
  if (change === undefined || content === undefined) throw damaged("a change is too short");
  const object = reader.object(reference);
  const index = baseline.index.get(object);
  if (index === undefined) throw damaged("a change of an object that is not part of a module");
  if (content !== ABSENT) {
    const kind = kindOfTag((baseline.template.states[index] as BaselineState).tag);
    if (kind?.fill === undefined) throw damaged("a change of content that cannot change");
    const scope = scopeOf(instance, baseline);
    const slots = reader.content(content);
    kind.fill(object, slots, scope);
    if (kind.finish !== undefined) finishing.push(() => kind.finish?.(object, slots));
  }
  if (change !== ABSENT) reader.applyChange(object, change);
}

function scopeOf(instance: Instance, baseline: Baseline): ReaderScope {
  const codeOf = (id: unknown): Code => {
    const code = instance.code.get(id as string) ?? runtimeCodes.get(id as string);
    if (code === undefined) throw unknownFunction(id);
    return code;
  };
  return {
    closure: (id, captures) => {
      const code = codeOf(id);
      if (code.make === null) throw damaged(`${code.id} is not made at run time`);
      return makeClosure(code, captures);
    },
    factory: (id) => {
      const code = codeOf(id);
      if (code.make === null) throw damaged(`${code.id} is not made at run time`);
      return code;
    },
    code: (id) => {
      const code = codeOf(id);
      if (!code.hasFrames) throw damaged(`${code.id} has no frames`);
      return code;
    },
    permanentEntries: (weak) => {
      const entries: unknown[] = [];
      if (!anyWeakEntries()) return entries;
      for (const key of baseline.objects) {
        if (holdersOf(key as WeakKey)?.has(weak as GuestWeakMap) === true) {
          entries.push(key, weakEntry(weak as GuestWeakMap, key as WeakKey));
        }
      }
      return entries;
    },
    named: (name, holder) => namedValue(baseline, name, holder),
    template: (site, isRaw, strings) => templateOf(instance, site, isRaw, strings),
  };
}

function namedValue(baseline: Baseline, name: unknown, holder: unknown): unknown {
  if (typeof name !== "string") throw damaged("a name that is no text");
  const intrinsic = holder === undefined ? intrinsicNamed(name) : undefined;
  if (intrinsic !== undefined) return intrinsic;
  const within = holder === undefined ? -1 : baseline.index.get(holder as object);
  const index = within === undefined ? undefined : baseline.template.find(within, name);
  if (index === undefined) throw otherInitialisation(`there is no ${name}`);
  return baseline.objects[index];
}

function templateOf(instance: Instance, site: unknown, isRaw: boolean, strings: readonly unknown[]): unknown {
  if (typeof site !== "string" || strings.length % 2 !== 0) throw damaged("the strings of a template");
  let known = instance.templates.get(site);
  if (known === undefined) {
    const half = strings.length / 2;
    const raw = Object.freeze(strings.slice(half));
    const cooked = strings.slice(0, half);
    known = Object.freeze(Object.defineProperty(cooked, "raw", { value: raw })) as readonly string[];
    instance.templates.set(site, known);
  }
  return isRaw ? (known as unknown as TemplateStringsArray).raw : known;
}
