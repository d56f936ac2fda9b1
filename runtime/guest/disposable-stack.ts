/**
 * DisposableStack and AsyncDisposableStack (ECMA-262, explicit resource management) over the same resources as `using`.
 *
 * D1  A stack's state is a side record of plain data, and an asynchronous disposal under way is a frame.
 */
import { type AnyFunction, FRAME, type StepFunction } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { frameOf, startAsync } from "./frame.js";
import { asyncIteratorPrototype } from "./function-kinds.js";
import { defineGlobal, defineHidden, defineMethods } from "./globals/define.js";
import { disposeSymbols } from "./globals/dispose.js";
import { GPromise, REJECTED } from "./promise.js";
import { rejectedPromise, toPromise } from "./promise-constructor.js";
import { makeClosure, runtimeCode, runtimeSteps } from "./registry.js";
import { isObject, methodOf, resolvePromise } from "./resolve.js";
import { addMethod, addResource, disposeNext, endResources, failResources, Resources } from "./resources.js";
import { sideRecords } from "./side-record.js";
import { slottedObject } from "./slotted.js";

export interface StackState {
  disposed: boolean;
  resources: Resources;
}

const { apply } = Reflect;
const { create, defineProperties, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;

const adoptedCode = runtimeCode("rt:adopted", ({ 0: dispose, 1: value }) => (): unknown => {
  return apply(dispose as AnyFunction, undefined, [value]);
});

function disposeFunction(value: unknown): AnyFunction {
  if (typeof value !== "function") throw new TypeError("the function to dispose with is not a function");
  return value;
}

/** One of the two classes: what it has in common with the other. */
class StackClass {
  readonly intrinsic: object = create(Object.prototype);
  readonly #states = sideRecords<StackState>();
  readonly #name: string;
  readonly #asynchronous: boolean;

  constructor(name: string, asynchronous: boolean) {
    this.#name = name;
    this.#asynchronous = asynchronous;
  }

  /** The state of a stack of this class; undefined for other objects. */
  stateOf(object: object): StackState | undefined {
    return this.#states.get(object);
  }

  /** Gives an object the state of a stack. */
  attach(object: object, state: StackState): void {
    this.#states.set(object, state);
  }

  /** A stack that inherits from `maker.prototype`. */
  make(maker: unknown, resources = new Resources()): object {
    const stack = slottedObject(maker, this.intrinsic);
    this.#states.add(stack, { disposed: false, resources });
    return stack;
  }

  /** A stack without state, to be filled. */
  revive(): object {
    return create(this.intrinsic);
  }

  state(stack: unknown, method: string): StackState {
    const state = isObject(stack) ? this.#states.get(stack) : undefined;
    if (state === undefined) throw new TypeError(`${method} called on what is not a ${this.#name}`);
    return state;
  }

  /** The resources of a stack that still takes some. */
  open(stack: unknown, method: string): Resources {
    const { disposed, resources } = this.state(stack, method);
    if (disposed) throw new ReferenceError(`the ${this.#name} has been disposed of`);
    return resources;
  }

  /** The methods that put something on a stack. */
  methods(): Record<string, AnyFunction> {
    const asynchronous = this.#asynchronous;
    const open = (stack: unknown, method: string): Resources => this.open(stack, method);
    return {
      adopt(this: unknown, value: unknown, onDispose: unknown): unknown {
        const resources = open(this, "adopt");
        addMethod(resources, makeClosure(adoptedCode, [disposeFunction(onDispose), value]), asynchronous);
        return value;
      },
      defer(this: unknown, onDispose: unknown): undefined {
        addMethod(open(this, "defer"), disposeFunction(onDispose), asynchronous);
      },
      move: this.#move(),
      use(this: unknown, value: unknown): unknown {
        return addResource(open(this, "use"), value, asynchronous);
      },
    };
  }

  #move(): AnyFunction {
    const stacks = this;
    const { move } = {
      move(this: unknown): object {
        const resources = stacks.open(this, "move");
        const moved = stacks.make(undefined, resources);
        stacks.attach(this as object, { disposed: true, resources: new Resources() });
        return moved;
      },
    };
    return move;
  }

  /** Puts the class into the realm. `dispose` is also the method that `using` looks for. */
  install(Class: AnyFunction, methods: Readonly<Record<string, AnyFunction>>, dispose: AnyFunction): void {
    const prototype = this.intrinsic;
    const name = this.#name;
    const stateOf = (stack: unknown): StackState => this.state(stack, "disposed");
    const accessor = {
      get disposed(): boolean {
        return stateOf(this).disposed;
      },
    };
    defineProperties(Class, {
      name: { value: name, configurable: true },
      length: { value: 0, configurable: true },
      prototype: { value: prototype, writable: false, enumerable: false, configurable: false },
    });
    defineMethods(prototype, { constructor: Class, ...this.methods(), ...methods });
    defineProperty(prototype, "disposed", { ...getOwnPropertyDescriptor(accessor, "disposed"), enumerable: false });
    defineHidden(prototype, this.#asynchronous ? disposeSymbols.asyncDispose : disposeSymbols.dispose, dispose);
    defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
    defineGlobal(name, Class);
  }
}

export const disposableStacks = new StackClass("DisposableStack", false);
export const asyncDisposableStacks = new StackClass("AsyncDisposableStack", true);

// Plain functions, because a class would fall back to Object.prototype where `new.target` has no prototype.
const DisposableStack = function (this: unknown): object {
  if (new.target === undefined) throw new TypeError("DisposableStack must be called with new");
  return disposableStacks.make(new.target);
};
const AsyncDisposableStack = function (this: unknown): object {
  if (new.target === undefined) throw new TypeError("AsyncDisposableStack must be called with new");
  return asyncDisposableStacks.make(new.target);
};

const { dispose } = {
  dispose(this: unknown): undefined {
    const state = disposableStacks.state(this, "dispose");
    if (state.disposed) return;
    state.disposed = true;
    disposeNext(state.resources);
    endResources(state.resources);
  },
};

/** DisposeResources of an asynchronous stack: slot 0 has its resources. */
const disposeSteps: StepFunction = (reference, mode, value) => {
  const frame = frameOf(reference);
  const resources = frame[FRAME.slots] as Resources;
  if (mode === REJECTED) failResources(resources, value);
  while (disposeNext(resources)) {
    try {
      frame[FRAME.pc] = 1;
      return GPromise.park(frame, resources.awaited);
    } catch (error) {
      failResources(resources, caught(error));
    }
  }
  endResources(resources);
  return undefined;
};
const disposeCode = runtimeSteps("rt:disposeAsync", disposeSteps);

const { disposeAsync } = {
  disposeAsync(this: unknown): GPromise {
    let state: StackState;
    try {
      state = asyncDisposableStacks.state(this, "disposeAsync");
    } catch (error) {
      return rejectedPromise(caught(error));
    }
    const resources = state.disposed ? new Resources() : state.resources;
    state.disposed = true;
    return startAsync([disposeCode, 0, undefined, undefined, [], resources]);
  },
};

const iteratorMethods = {
  /** `%IteratorPrototype%[Symbol.dispose]` */
  [disposeSymbols.dispose](this: unknown): undefined {
    const method = methodOf(this as object, "return");
    if (method !== undefined) apply(method, this, []);
  },
  /** `%AsyncIteratorPrototype%[Symbol.asyncDispose]` */
  [disposeSymbols.asyncDispose](this: unknown): GPromise {
    const promise = new GPromise();
    try {
      const method = methodOf(this as object, "return");
      if (method === undefined) {
        resolvePromise(promise, undefined);
      } else {
        const result = toPromise(apply(method, this, []));
        GPromise.handle(result, makeClosure(nothingCode), undefined, promise);
      }
    } catch (error) {
      GPromise.settle(promise, REJECTED, caught(error));
    }
    return promise;
  },
};
const nothingCode = runtimeCode("rt:nothing", () => () => undefined);

/** Puts both classes into the realm, and the methods by which iterators are disposed of. */
export function installDisposableStacks(): void {
  disposableStacks.install(DisposableStack as unknown as AnyFunction, { dispose }, dispose);
  asyncDisposableStacks.install(AsyncDisposableStack as unknown as AnyFunction, { disposeAsync }, disposeAsync);
  const iteratorPrototype = getPrototypeOf(getPrototypeOf([].values()) as object) as object;
  for (const [target, key] of [
    [iteratorPrototype, disposeSymbols.dispose],
    [asyncIteratorPrototype, disposeSymbols.asyncDispose],
  ] as const) {
    defineHidden(target, key, iteratorMethods[key] as AnyFunction);
  }
}
