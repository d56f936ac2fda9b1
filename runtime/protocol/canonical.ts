/**
 * JSON text that depends on the value alone, not on the order in which its keys were written: what a program's hash is
 * taken of. `programContent` of a program that was read back gives the text that its compiler hashed.
 */

/** JSON with the keys of every object sorted, without white space. For plain JSON data only. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** What the hash of a program covers: everything but the hash. */
export function programContent<Content extends { readonly hash: string }>(program: Content): string {
  const { hash: _hash, ...content } = program;
  return canonicalJson(content);
}
