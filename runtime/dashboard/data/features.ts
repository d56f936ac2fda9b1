/** What this server can do, by its own document: pages and actions that it has no operation for are not offered. */
import { signal } from "@preact/signals";

const paths = signal<ReadonlySet<string>>(new Set());
export const serverVersion = signal<string | undefined>(undefined);

/** True when the server has the operation, such as `post /v1/executions/{workflow}/{name}/cancel`. */
export function can(operation: string): boolean {
  return paths.value.has(operation);
}

/** Reads the document. Throws when the server does not answer. */
export async function learnFeatures(): Promise<void> {
  const response = await fetch("/openapi.json");
  const document: unknown = await response.json();
  if (typeof document !== "object" || document === null || !("paths" in document)) return;
  const all = document.paths as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  paths.value = new Set(
    Object.entries(all).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`)),
  );
  const { info } = document as { info?: { version?: string } };
  serverVersion.value = info?.version;
}
