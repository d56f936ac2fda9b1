/** A module that others use as a namespace. */
export const circle = "round";
export let count = 0;

export function grow(by: number): number {
  count += by;
  return count;
}

export async function slowly(text: string): Promise<string> {
  return `${text} and ${count}`;
}

export class Square {
  constructor(readonly side: number) {}

  area(): number {
    return this.side ** 2;
  }
}

export default "the default";
