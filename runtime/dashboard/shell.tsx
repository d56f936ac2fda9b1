/** Around every page: where one is, where one can go, how it looks, and whether the server answers. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { can, serverVersion } from "./data/features.js";
import { ROOT } from "./data/places.js";
import { isAway, setToken, token } from "./data/session.js";
import { THEMES, theme } from "./data/theme.js";

interface Place {
  readonly path: string;
  readonly name: string;
  /** The server must have this operation. */
  readonly needs: string;
}

const PLACES: readonly Place[] = [
  { path: ROOT, name: "Overview", needs: "get /v1/overview" },
  { path: `${ROOT}/executions`, name: "Executions", needs: "get /v1/executions" },
  { path: `${ROOT}/tasks`, name: "Open tasks", needs: "get /v1/tasks" },
  { path: `${ROOT}/schedules`, name: "Schedules", needs: "get /v1/schedules" },
  { path: `${ROOT}/dead-letters`, name: "Dead letters", needs: "get /v1/dead-letters" },
  { path: `${ROOT}/programs`, name: "Programs", needs: "get /v1/programs" },
];

export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { path } = useLocation();
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    scrollTo(0, 0);
    // A new page is read from its title on.
    document.getElementById("page-title")?.focus();
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="side">
        <a class="brand" href={ROOT}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="var(--accent-fill)" />
            <path d="M9 9h14M9 16h8M9 23h14" stroke="#fff" stroke-width="3.2" stroke-linecap="round" />
            <circle cx="23" cy="16" r="2.6" fill="#f4b942" />
          </svg>
          Eventual
        </a>
        <nav aria-label="Pages">
          <ul>
            {PLACES.filter(({ needs }) => can(needs)).map(({ path: place, name }) => (
              <li key={place}>
                <a href={place} aria-current={isHere(path, place) ? "page" : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="side-foot">
          <fieldset class="switch themes">
            <legend class="unseen">Colours</legend>
            {THEMES.map((name) => (
              <label key={name}>
                <input
                  type="radio"
                  name="theme"
                  checked={theme.value === name}
                  onChange={() => {
                    theme.value = name;
                  }}
                />
                <span>{name === "system" ? "Auto" : name === "light" ? "Light" : "Dark"}</span>
              </label>
            ))}
          </fieldset>
          {token.value === undefined ? null : (
            <button type="button" class="quiet" onClick={() => setToken(undefined)}>
              Forget the token
            </button>
          )}
          {serverVersion.value === undefined ? null : <p class="version">version {serverVersion.value}</p>}
        </div>
      </header>
      <main id="main">
        <div class={isAway.value ? "away-note" : "away-note unseen"} role="status">
          {isAway.value ? "The server does not answer. What is shown may be old; it is asked again." : ""}
        </div>
        {children}
      </main>
    </div>
  );
}

function isHere(path: string, place: string): boolean {
  const here = path.replace(/\/$/, "");
  return place === ROOT ? here === ROOT : here === place || here.startsWith(`${place}/`);
}
