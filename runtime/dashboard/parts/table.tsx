/** A list as a table: its caption for screen readers, its head, and rows that the page gives. */
import type { ComponentChildren } from "preact";

export interface Column {
  readonly name: string;
  /**
   * `right`: to the right, for figures; `wide`: takes the room that is left; `extra`: left out on narrow screens, as are its
   * cells with that class; `actions`: buttons, its name is for screen readers alone.
   */
  readonly kind?: "right" | "wide" | "extra" | "actions";
}

interface TableProps {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Beside `plain`. */
  readonly kind?: string;
  /** Rows. */
  readonly children: ComponentChildren;
}

export function Table({ caption, columns, kind, children }: TableProps) {
  return (
    <div class="table-box">
      <table class={kind === undefined ? "plain" : `plain ${kind}`}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, kind: column }) => (
              <th key={name} scope="col" class={column}>
                {column === "actions" ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
