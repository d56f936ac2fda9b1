import { query, task, workflow } from "eventual";
import { resize, UnreadableImage } from "./images";

interface Album {
  readonly images: number;
}

let done = 0;
export const progress = query("progress", () => done);

export const thumbnails = workflow("thumbnails", async ({ images }: Album) => {
  const results = await Promise.allSettled(
    Array.from({ length: images }, async (_, index) => {
      try {
        return await makeThumbnail(`image-${index + 1}`);
      } finally {
        done += 1;
      }
    }),
  );
  const made = results.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  const unreadable = results
    .filter((result) => result.status === "rejected")
    .map(({ reason }) => (reason instanceof UnreadableImage ? reason.image : String(reason)));
  return { made: made.length, unreadable, atOnce: atOnce(made) };
});

/** All calls are made at once; of their handlers at most twenty run at the same time. */
const makeThumbnail = task("makeThumbnail", { concurrency: 20 }, async (image: string) => {
  const begin = Date.now();
  await resize(image);
  return { begin, end: Date.now() };
});

/** The most stretches of time that overlap anywhere. */
function atOnce(stretches: readonly { readonly begin: number; readonly end: number }[]): string {
  const most = Math.max(
    ...stretches.map(({ begin }) => stretches.filter((other) => other.begin <= begin && begin < other.end).length),
  );
  return most <= 20 ? "never more than 20" : `${most}`;
}
