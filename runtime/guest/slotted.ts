/** Objects with internal slots, made for a constructor or a generator function (OrdinaryCreateFromConstructor). */
import { noteMoved } from "./heap/overrides.js";
import { isObject } from "./resolve.js";

const { create, getPrototypeOf, setPrototypeOf } = Object;

/** An object that inherits from `maker.prototype`, or from `intrinsic` if that is no object. */
export function slottedObject(maker: unknown, intrinsic: object): object {
  const object: object = create(null);
  settlePrototype(object, maker, intrinsic);
  return object;
}

/** Makes `object` inherit so. Its kind must be found although its prototype may be any object. */
export function settlePrototype(object: object, maker: unknown, intrinsic: object): void {
  const own: unknown = isObject(maker) ? Reflect.get(maker, "prototype") : undefined;
  const prototype = isObject(own) ? own : intrinsic;
  setPrototypeOf(object, prototype);
  if (prototype !== intrinsic && getPrototypeOf(prototype) !== intrinsic) noteMoved(object);
}
