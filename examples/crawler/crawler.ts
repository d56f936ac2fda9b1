import { duration, task, workflow } from "eventual";
import { BadLink, links } from "./site-client";

export const crawl = workflow("crawl", async (start: string) => {
  const begun = Date.now();
  const seen = new Set([start]);
  const broken: string[] = [];
  let pages = 0;
  for (let level = [start]; level.length > 0; ) {
    const found = await Promise.all(level.map((path) => visit(path)));
    level = found.flat().filter((path) => !seen.has(path) && seen.add(path));
  }
  return { pages, broken: broken.sort(), minutes: Math.floor((Date.now() - begun) / 60_000) };

  async function visit(path: string): Promise<readonly string[]> {
    try {
      const found = await fetchLinks(path);
      pages += 1;
      return found;
    } catch (error) {
      if (!(error instanceof BadLink)) throw error;
      broken.push(error.path);
      return [];
    }
  }
});

/** Thirty requests begin in any minute, of all crawls together. A page that is not there is not asked for again. */
const fetchLinks = task(
  "fetchLinks",
  {
    rateLimit: { limit: 30, per: duration(1, "minute") },
    retry: {
      maxAttempts: 6,
      initialInterval: duration(2),
      maximumInterval: duration(1, "minute"),
      nonRetryable: ["BadLink"],
    },
    timeout: duration(1, "hour"),
  },
  async (path: string, { signal }) => links(path, signal),
);
