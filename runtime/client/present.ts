/** The fields that have a value: an option that was not given is left out, not set to undefined. */
export function present<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> };
export function present(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
