/** Module state that another module changes. */
export let count = 0;
export const names = new Map<string, number>();
export const settings: { mode: string; tags: string[] } = { mode: "first", tags: [] };
export function bump(by = 1): number {
  count += by;
  return count;
}
