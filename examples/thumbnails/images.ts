/** A stand-in for an image library: it takes a few milliseconds for an image, and cannot read each 300th. */
import { setTimeout as pause } from "node:timers/promises";

export class UnreadableImage extends Error {
  override readonly name = "UnreadableImage";

  constructor(readonly image: string) {
    super(`${image} cannot be read`);
  }
}

export async function resize(image: string): Promise<void> {
  await pause(3);
  if (Number(image.split("-")[1]) % 300 === 0) throw new UnreadableImage(image);
}
