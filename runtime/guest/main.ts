/**
 * The guest script: prepares the realm and defines `$eventual`, by which the sandbox calls in.
 *
 * M1  All replacements of intrinsics are in place, and all intrinsics named, before user code is evaluated.
 * M2  No native async function or promise ever runs here: everything that waits is data (frames, promises). Native
 *     generators are lowered code (generator.ts).
 * M3  In a hardened realm `install` takes `$eventual` away and freezes the global object: user code can neither call in
 *     nor leave anything for other executions. (Who calls in has taken the entry before.)
 */
import { Fault } from "../protocol/fault.js";
import type { GuestEntry } from "../protocol/guest.js";
import { api } from "./api.js";
import { AsyncGeneratorRecord, installAsyncGenerators } from "./async-generator.js";
import { AsyncIteratorRecord } from "./async-iterator.js";
import { setTurn } from "./current.js";
import { installDisposableStacks } from "./disposable-stack.js";
import { installFromAsync } from "./from-async.js";
import { Delegation, installGenerators } from "./generator.js";
import { installConsole } from "./globals/console.js";
import { installDate } from "./globals/date.js";
import { defineGlobal } from "./globals/define.js";
import { installDispose } from "./globals/dispose.js";
import { installForbidden } from "./globals/forbidden.js";
import { installLocale } from "./globals/locale.js";
import { installRandom } from "./globals/random.js";
import { installStructured } from "./globals/structured.js";
import { installWeak } from "./globals/weak.js";
import { nameIntrinsics } from "./heap/intrinsics.js";
import { installHeapOverrides } from "./heap/overrides.js";
import { installWeak as installWeakCollections } from "./heap/weak.js";
import { installIteratorObjects } from "./iterator-objects/install.js";
import { textIteratorPrototype } from "./iterator-objects/text.js";
import { IteratorRecord } from "./iterators.js";
import { dropInstance, installProgram, runTurn } from "./kernel.js";
import { CallbackTimerHandle, installCallbackTimers } from "./operations/callback-timers.js";
import { completions } from "./operations/task.js";
import { GPromise } from "./promise.js";
import { combinators } from "./promise-combinators.js";
import { assemblePromise, PromiseConstructor } from "./promise-constructor.js";
import { Resources } from "./resources.js";
import { TDZ } from "./tdz.js";

const RUNTIME_CLASSES = {
  Fault,
  Delegation,
  AsyncGeneratorRecord,
  IteratorRecord,
  AsyncIteratorRecord,
  CallbackTimerHandle,
  Resources,
};

/** `shared` is here so that hardening, which walks what the global object leads to, freezes it too. */
const entry: GuestEntry & { readonly shared: object } = {
  shared: { api, textIteratorPrototype, Fault },
  install(factory) {
    installProgram(factory);
    if (!Object.isFrozen(Object.prototype)) return;
    Reflect.deleteProperty(globalThis, "$eventual");
    Object.freeze(globalThis);
  },
  turn: runTurn,
  drop(execution) {
    // A turn that the sandbox interrupted ended without its `finally`: whoever drops its instance ends it. User code
    // cannot do so from within a turn, by M3.
    setTurn(undefined);
    dropInstance(execution);
  },
};

function prepareRealm(): void {
  assemblePromise(combinators);
  defineGlobal("Promise", PromiseConstructor);
  installGenerators();
  installAsyncGenerators();
  installDispose();
  installDisposableStacks();
  installFromAsync();
  installDate();
  installLocale();
  installRandom();
  installConsole();
  installStructured();
  installForbidden();
  installCallbackTimers();
  installWeak();
  installWeakCollections(globalThis);
  installIteratorObjects();
  installHeapOverrides(globalThis);
  defineGlobal("$eventual", entry);
  nameIntrinsics(globalThis);
  // Named after the others, so that nothing of the language is called by a path that leads through ours.
  nameIntrinsics(globalThis, { api, completions, ...RUNTIME_CLASSES, GPromise, TDZ });
}

prepareRealm();
