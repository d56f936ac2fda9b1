/** The programs in the database: what executions run on. */
import { bytesText, countText } from "../data/format.js";
import { listPlace } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { Listing } from "../parts/listing.js";
import { Empty, Page } from "../parts/page.js";
import { type Column, Table } from "../parts/table.js";

const COLUMNS: readonly Column[] = [
  { name: "Program" },
  { name: "Entry" },
  { name: "Workflows" },
  { name: "In progress", kind: "right" },
  { name: "Executions", kind: "right" },
  { name: "Size", kind: "right" },
];

export function ProgramsPage() {
  const programs = useResource(() => client.value.programs(), "programs");
  return (
    <Page title="Programs" lead={<p class="hint">Executions stay on the program that they started on.</p>}>
      <Listing
        resource={programs}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Empty title="No programs">
            <p>
              Serve one: <code>eventual serve app.evp</code>.
            </p>
          </Empty>
        }
      >
        {(rows) => (
          <section class="card" aria-label="Programs">
            <Table caption="Programs, newest first" columns={COLUMNS}>
              {rows.map(({ hash, entry, workflows, inProgress, executions, bytes }) => (
                <tr key={hash}>
                  <th scope="row">
                    <code title={hash}>{hash.slice(0, 12)}</code>
                  </th>
                  <td>{entry}</td>
                  <td>
                    {workflows.map((workflow, index) => (
                      <span key={workflow}>
                        {index === 0 ? null : ", "}
                        <a href={listPlace({ workflow })}>{workflow}</a>
                      </span>
                    ))}
                  </td>
                  <td class="right number">{countText(inProgress)}</td>
                  <td class="right number">{countText(executions)}</td>
                  <td class="right number">{bytesText(bytes)}</td>
                </tr>
              ))}
            </Table>
          </section>
        )}
      </Listing>
    </Page>
  );
}
