/** What pages are made of: a head, cards, and what is shown when there is nothing or not yet anything. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface PageProps {
  readonly title: string;
  /** Shown in place of the title. */
  readonly heading?: ComponentChildren;
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, heading, lead, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Eventual`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div class="page-title">
          <h1 id="page-title" tabIndex={-1}>
            {heading ?? title}
          </h1>
          {lead === undefined ? null : <div class="page-lead">{lead}</div>}
        </div>
        {actions === undefined ? null : <div class="page-actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

interface CardProps {
  readonly title: string;
  readonly id: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
  /** The content brings its own inner distance. */
  readonly flush?: boolean;
}

export function Card({ title, id, aside, children, flush = false }: CardProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <div class="card-aside">{aside}</div>}
      </header>
      <div class={flush ? "card-body flush" : "card-body"}>{children}</div>
    </section>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <path d="M10 14h22M10 24h12M10 34h22" stroke="currentColor" stroke-width="3" stroke-linecap="round" />
        <circle cx="36" cy="24" r="4" fill="none" stroke="currentColor" stroke-width="3" />
      </svg>
      <p class="empty-title">{title}</p>
      {children === undefined ? null : <div class="empty-text">{children}</div>}
    </div>
  );
}

/** Grey lines where text will be. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">Loading …</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class={`skeleton-line w${line % 3}`} aria-hidden="true" />
      ))}
    </div>
  );
}
