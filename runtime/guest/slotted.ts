/** Objects with internal slots, made for a constructor or a generator function (OrdinaryCreateFromConstructor). */
import { noteMoved } from "./heap/overrides.js";
import { isObject } from "./resolve.js";

const { create, getPrototypeOf } = Object;

/**
 * An object that inherits from `maker.prototype`, or from `intrinsic` if that is no object. Its kind must be found
 * although its prototype may be any object.
 */
export function slottedObject(maker: unknown, intrinsic: object): object {
  const own: unknown = isObject(maker) ? Reflect.get(maker, "prototype") : undefined;
  const prototype = isObject(own) ? own : intrinsic;
  const object: object = create(prototype);
  if (prototype !== intrinsic && getPrototypeOf(prototype) !== intrinsic) noteMoved(object);
  return object;
}
