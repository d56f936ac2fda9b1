/** The specifiers under which programs import the authoring API: Eventual's own, and the original framework's. */
export const API_SPECIFIERS: readonly string[] = ["eventual", "@eventual/core"];

/** True for a specifier of the authoring API. */
export function isApiSpecifier(specifier: string): boolean {
  return API_SPECIFIERS.includes(specifier);
}
