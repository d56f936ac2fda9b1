/** What classes of the web platform have in common: enumerable members, and a tag. */

/** Makes the prototype's public members enumerable and gives it its `Symbol.toStringTag`. */
export function publish(Class: { readonly prototype: object; readonly name: string }): void {
  const { prototype } = Class;
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(prototype, key);
    if (typeof key === "symbol" || key === "constructor" || descriptor === undefined) continue;
    Object.defineProperty(prototype, key, { ...descriptor, enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: Class.name, configurable: true });
}
