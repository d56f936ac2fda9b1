/** What a page shows of a list: the problem in its way, a skeleton until it is there, or why there is nothing in it. */
import type { ComponentChildren } from "preact";
import { Skeleton } from "./page.js";
import { ProblemNote } from "./problem.js";

interface ListingProps<Data> {
  readonly resource: { readonly data: Data | undefined; readonly error: unknown };
  readonly isEmpty: (data: Data) => boolean;
  /** In place of an empty list. */
  readonly empty: ComponentChildren;
  readonly children: (data: Data) => ComponentChildren;
}

export function Listing<Data>({ resource: { data, error }, isEmpty, empty, children }: ListingProps<Data>) {
  if (data === undefined) return error === undefined ? <Skeleton /> : <ProblemNote error={error} />;
  return (
    <>
      {error === undefined ? null : <ProblemNote error={error} />}
      {isEmpty(data) ? empty : children(data)}
    </>
  );
}
