/** Light or dark: the system's choice unless this browser's user has made another. */
import { effect, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "eventual.theme";

export const theme = signal<Theme>(THEMES.find((name) => name === localStorage.getItem(STORED)) ?? "system");
/** Changes whenever colours do, also by the system. */
export const shade = signal(0);

effect(() => {
  if (theme.value === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(STORED, theme.value);
  }
  shade.value = shade.peek() + 1;
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  shade.value++;
});
