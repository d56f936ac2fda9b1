/** Addresses of the dashboard's pages. */
export const ROOT = "/dashboard";

/** An execution's page. */
export function executionPlace(id: string): string {
  const at = id.indexOf("/");
  return `${ROOT}/executions/${encodeURIComponent(id.slice(0, at))}/${encodeURIComponent(id.slice(at + 1))}`;
}

/** The list with filters; those that are undefined or empty are left out. */
export function listPlace(filters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined && value !== "") query.set(name, value);
  const text = query.toString();
  return `${ROOT}/executions${text === "" ? "" : `?${text}`}`;
}

/** The open tasks, from a page's cursor on. */
export function tasksPlace(way: readonly string[]): string {
  return `${ROOT}/tasks${way.length === 0 ? "" : `?page=${way.join(".")}`}`;
}

/** Cursors of the pages before and of this one, oldest first, from an address's `page`. */
export function wayOf(page: string | undefined): readonly string[] {
  return page === undefined || page === "" ? [] : page.split(".");
}
