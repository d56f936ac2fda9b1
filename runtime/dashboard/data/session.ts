/**
 * Who asks: the client of the server that this page comes from.
 *
 * S1  The token lives as long as the tab, in session storage: never in an address, never in a cookie that a foreign page
 *     could make the browser send.
 */
import { computed, signal } from "@preact/signals";
import { connect } from "../../client/http.js";

const STORED = "eventual.token";

export const token = signal<string | undefined>(sessionStorage.getItem(STORED) ?? undefined);
/** The server wants a token, or another one than it got; with its refusal. */
export const refused = signal<Error | undefined>(undefined);
/** The server does not answer. */
export const isAway = signal(false);

export const client = computed(() =>
  connect({ url: location.origin, ...(token.value === undefined ? {} : { token: token.value }) }),
);

/** Uses `given` from now on; undefined forgets the token. */
export function setToken(given: string | undefined): void {
  if (given === undefined) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, given);
  token.value = given;
  refused.value = undefined;
}

/** Takes note of what a failed request says about the session. */
export function noteFailure(error: unknown): void {
  const { code } = error as { code?: string };
  if (code === "EV8302" && error instanceof Error) refused.value = error;
  isAway.value = code === "EV8213";
}

export function noteSuccess(): void {
  isAway.value = false;
}
