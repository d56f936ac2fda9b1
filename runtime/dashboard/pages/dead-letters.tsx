/** Events that no attempt of their subscription could handle: looked at, tried again, or forgotten. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ROOT, wayOf } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { Dialog } from "../parts/dialog.js";
import { errorLine } from "../parts/execution-table.js";
import { Listing } from "../parts/listing.js";
import { Empty, Page } from "../parts/page.js";
import { Pager } from "../parts/pager.js";
import { Moment } from "../parts/time.js";
import { ValueView } from "../parts/value.js";

const AGAIN_MS = 3000;
const PAGE = 50;

type Letter = Awaited<ReturnType<typeof client.value.deadLetters>>["items"][number];

export function DeadLettersPage() {
  const { query, route } = useLocation();
  const way = wayOf(query.page);
  const cursor = way.at(-1);
  const letters = useResource(
    () => client.value.deadLetters({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }),
    `dead letters ${cursor}`,
    { every: AGAIN_MS },
  );
  const [asked, ask] = useState<{ readonly letter: Letter; readonly drop: boolean } | undefined>(undefined);
  const { data, reload } = letters;
  const go = (pages: readonly string[]): void =>
    route(`${ROOT}/dead-letters${pages.length === 0 ? "" : `?page=${pages.join(".")}`}`);
  return (
    <Page
      title="Dead letters"
      lead={<p class="hint">Events that no attempt of their subscription could handle, newest first.</p>}
    >
      <Listing
        resource={letters}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title="No dead letters">
            <p>Every event was handled, or is still being tried.</p>
          </Empty>
        }
      >
        {({ items }) => (
          <div class="letters">
            {items.map((letter) => (
              <LetterCard key={letter.id} letter={letter} ask={(drop) => ask({ letter, drop })} />
            ))}
          </div>
        )}
      </Listing>
      <Pager way={way} next={data?.next} go={go} />
      {asked === undefined ? null : (
        <Dialog
          title={asked.drop ? "Forget this event?" : "Try this event again?"}
          confirm={asked.drop ? "Forget" : "Try again"}
          isDangerous={asked.drop}
          close={() => ask(undefined)}
          act={async () => {
            const { id } = asked.letter;
            await (asked.drop ? client.value.dropDeadLetter(id) : client.value.retryDeadLetter(id));
            reload();
          }}
        >
          <p class="dialog-subject">
            {asked.letter.event} for {asked.letter.subscription}
          </p>
          <p>{asked.drop ? "It is gone then." : "It goes back into the queue of its subscription."}</p>
        </Dialog>
      )}
    </Page>
  );
}

function LetterCard({ letter, ask }: { readonly letter: Letter; readonly ask: (drop: boolean) => void }) {
  const { id, event, subscription, payload, error, attempts, givenUp } = letter;
  const heading = `letter-${id}`;
  return (
    <article class="card" aria-labelledby={heading}>
      <header class="card-head">
        <h2 id={heading}>
          {event} <span class="soft">for {subscription}</span>
        </h2>
        <div class="page-actions">
          <button type="button" onClick={() => ask(false)}>
            Try again …
          </button>
          <button type="button" class="danger-quiet" onClick={() => ask(true)}>
            Forget …
          </button>
        </div>
      </header>
      <p class="error-line">{errorLine(error)}</p>
      <p class="letter-facts hint">
        given up <Moment at={givenUp} /> after {attempts} {attempts === 1 ? "attempt" : "attempts"}
      </p>
      <ValueView value={payload} label={`Payload of ${event} ${id}`} />
    </article>
  );
}
