/** Reads pages of the site: what a crawler knows of HTTP. */

/** The site does not have this page, and will not have it at the next attempt. */
export class BadLink extends Error {
  override readonly name = "BadLink";

  constructor(readonly path: string) {
    super(`there is no page ${path}`);
  }
}

/** The paths to which a page links. Throws BadLink, and an Error for what may be better at the next attempt. */
export async function links(path: string, signal: AbortSignal): Promise<readonly string[]> {
  const response = await fetch(new URL(path, process.env.SITE), { signal });
  if (response.status === 404) throw new BadLink(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return [...(await response.text()).matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? "");
}
