/** The time, for what is shown as `3 s ago`: it moves once a second while the page is visible. */
import { signal } from "@preact/signals";

export const now = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 1000);
