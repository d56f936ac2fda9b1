/**
 * DisposableStack and AsyncDisposableStack: whether they have been disposed of, and their resources.
 */
import { asyncDisposableStacks, disposableStacks } from "../../disposable-stack.js";
import { Resources } from "../../resources.js";
import { damaged } from "../faults.js";
import type { Kind } from "./kind.js";

type Stacks = typeof disposableStacks;

function stackKind(tag: number, name: string, stacks: Stacks): Kind {
  return {
    tag,
    name,
    prototypes: [stacks.intrinsic],
    is: (value) => stacks.stateOf(value) !== undefined,
    slots: (value) => {
      const state = stacks.stateOf(value);
      return [state?.disposed, state?.resources];
    },
    slotName: (index) => (index === 0 ? ".disposed" : " → resources"),
    making: "empty",
    make: () => stacks.revive(),
    fill: (value, [disposed, resources]) => {
      if (!(resources instanceof Resources)) throw damaged(name);
      stacks.attach(value, { disposed: disposed === true, resources });
    },
    own: "all",
  };
}

export const disposableStack = stackKind(65, "a DisposableStack", disposableStacks);
export const asyncDisposableStack = stackKind(66, "an AsyncDisposableStack", asyncDisposableStacks);
