/**
 * Who may ask what.
 *
 * A1  Tokens are known by their SHA-256 only, and compared in constant time, each with all.
 * A2  Without tokens everything is allowed, so the server then listens on a loopback address alone (listen.ts).
 * A3  A browser's page of another origin, and a name that somebody else points at this address, get nothing: the
 *     headers `Host` and `Origin` must be ours.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { Fault } from "../../protocol/fault.js";

/** `admin` includes both others. */
export const SCOPES = ["read", "signal", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const tokensSchema = z.array(
  z.strictObject({
    name: z.string().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "the SHA-256 of the token, in hex"),
    scopes: z.array(z.enum(SCOPES)).min(1),
  }),
);
export type Tokens = z.infer<typeof tokensSchema>;

/** Reads a file of tokens. Throws Fault EV8308. */
export async function readTokens(file: string): Promise<Tokens> {
  try {
    return tokensSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : cause instanceof Error ? cause.message : "";
    throw new Fault("EV8308", `The file of tokens cannot be used: ${why}`, {
      place: file,
      remedy: 'Write a list such as [{"name": "ci", "sha256": "<SHA-256 of the token>", "scopes": ["read"]}].',
      cause,
    });
  }
}

/** Who asks: the token's name, or `anonymous` where there are no tokens. Throws Fault EV8302, EV8303. */
export function authorize(tokens: Tokens | undefined, header: string | undefined, scope: Scope): string {
  if (tokens === undefined) return "anonymous";
  const [, given] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? "") ?? [];
  if (given === undefined) throw unknownToken("no token was sent");
  const hash = createHash("sha256").update(given).digest();
  let found: Tokens[number] | undefined;
  for (const token of tokens) if (timingSafeEqual(Buffer.from(token.sha256, "hex"), hash)) found = token;
  if (found === undefined) throw unknownToken("the token is not known");
  if (found.scopes.includes(scope) || found.scopes.includes("admin")) return found.name;
  throw new Fault("EV8303", `The token "${found.name}" has not the scope ${scope}`, {
    remedy: `Use a token with the scope ${scope} or admin.`,
  });
}

function unknownToken(why: string): Fault {
  return new Fault("EV8302", `The request is not authorized: ${why}`, {
    remedy: "Send the header `Authorization: Bearer <token>` with a token of this server.",
  });
}

/** Throws Fault EV8304 for a request that was meant for another host or comes from a page of another origin. */
export function checkPlace(
  request: { readonly host: string | undefined; readonly origin: string | undefined },
  allowed: { readonly hosts: ReadonlySet<string>; readonly origins: ReadonlySet<string>; readonly scheme: string },
): void {
  const { host, origin } = request;
  const name = hostName(host);
  if (name === undefined || !allowed.hosts.has(name)) {
    throw new Fault("EV8304", `The request is for the host ${JSON.stringify(host ?? "")}, which is not this server's`, {
      remedy: "Use the address that the server listens on, or start it with --allow-host NAME.",
    });
  }
  if (origin === undefined || origin === `${allowed.scheme}://${host}` || allowed.origins.has(origin)) return;
  throw new Fault("EV8304", `The request comes from a page of ${JSON.stringify(origin)}`, {
    remedy: "Start the server with --allow-origin ORIGIN if that page is yours.",
  });
}

/** `localhost` of `localhost:8080`; undefined for what is no host. */
function hostName(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname;
}
