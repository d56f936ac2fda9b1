/**
 * Instances whose executions are gone and whose modules are as new. The next execution gets one of them: evaluating a
 * program's modules costs as much as many steps, and cleaning up after them nearly as much again.
 *
 * N1  A spare cannot be told from a newly made instance (heap/pristine.ts); what its modules logged is logged again.
 * N2  Only in a hardened realm, where modules depend on the program alone (heap/retrace.ts, Q1).
 * N3  Spares hold a bounded number of objects, and each of them was alive in an execution before.
 */
import type { LogLine } from "../protocol/guest.js";
import { baselineOf, shareBaseline } from "./heap/baseline.js";
import { isPristine } from "./heap/pristine.js";
import type { ExecutionState, Instance } from "./instance.js";
import { NO_OPERATION } from "./numbers.js";
import { jobsWait } from "./queue.js";
import { sideRecords } from "./side-record.js";
import { initialState } from "./state.js";

/** What evaluating the modules gave besides the modules. */
interface Birth {
  readonly random: readonly number[];
  readonly logs: readonly LogLine[];
}

export interface Spare {
  readonly instance: Instance;
  readonly logs: readonly LogLine[];
}

/** Module objects of all spares together: some 60 MB. They never take more than what was alive at once (N3). */
const OBJECTS_MAX = 200_000;
/** Objects of an instance besides those of its modules, roughly. */
const OWN_OBJECTS = 20;

const { isExtensible } = Object;
const births = sideRecords<Birth>();
const spares: Instance[] = [];
let objects = 0;

/** Notes how the instance is, right after its modules have been evaluated. */
export function noteBirth(instance: Instance, logs: readonly LogLine[]): void {
  const { state } = instance;
  if (isInitial(state)) births.add(instance, { random: [...state.random], logs: [...logs] });
}

/** Nothing but the random generator has moved. */
function isInitial(state: ExecutionState): boolean {
  const { waiting, handlers, buffered } = state.signals;
  return (
    state.seq === NO_OPERATION &&
    state.operations.size + waiting.size + handlers.size + buffered.size === 0 &&
    state.conditions.length + state.unhandled.length === 0 &&
    !jobsWait() &&
    state.children === undefined &&
    state.cancellation === undefined
  );
}

/** Keeps the modules of an instance that nobody needs any more, if they are as new and there is room. */
export function keepSpare(instance: Instance): void {
  const size = sizeOf(instance);
  if (births.get(instance) === undefined || objects + size > OBJECTS_MAX) return;
  if (isExtensible(Object.prototype) || !isPristine(instance)) return;
  objects += size;
  spares.push(instance);
}

/** An instance for `execution` with modules as new, and what evaluating them logged; undefined if there is none. */
export function takeSpare(execution: string): Spare | undefined {
  const spare = spares.pop();
  const birth = spare && births.get(spare);
  if (spare === undefined || birth === undefined) return undefined;
  objects -= sizeOf(spare);
  const instance = { ...spare, execution, state: initialState(birth.random) };
  shareBaseline(instance, spare);
  births.add(instance, birth);
  return { instance, logs: birth.logs };
}

function sizeOf(instance: Instance): number {
  return baselineOf(instance).objects.length + instance.code.size + OWN_OBJECTS;
}
