/** The dashboard: a page for browsers over the HTTP API, made of files that the server has in itself. */
import "./data/policy.js";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/parts.css";
import "./style/execution.css";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LocationProvider, Route, Router } from "preact-iso";
import { learnFeatures } from "./data/features.js";
import { ROOT } from "./data/places.js";
import { client, refused } from "./data/session.js";
import { DeadLettersPage } from "./pages/dead-letters.js";
import { ExecutionPage } from "./pages/execution.js";
import { ExecutionsPage } from "./pages/executions.js";
import { OverviewPage } from "./pages/overview.js";
import { ProgramsPage } from "./pages/programs.js";
import { SchedulesPage } from "./pages/schedules.js";
import { TasksPage } from "./pages/tasks.js";
import { TokenPage } from "./pages/token.js";
import { Empty, Page, Skeleton } from "./parts/page.js";
import { ProblemNote } from "./parts/problem.js";
import { Shell } from "./shell.js";

function App() {
  const [learned, setLearned] = useState<{ readonly error?: unknown } | undefined>(undefined);
  useEffect(() => {
    learnFeatures().then(
      () => setLearned({}),
      (error: unknown) => setLearned({ error }),
    );
  }, []);
  if (refused.value !== undefined) return <TokenPage />;
  if (learned === undefined) return <Skeleton />;
  if (learned.error !== undefined) return <ProblemNote error={learned.error} />;
  return (
    <LocationProvider scope={ROOT}>
      <Shell>
        {/* Another token shows everything anew. */}
        <Router key={String(client.value)}>
          <Route path={ROOT} component={OverviewPage} />
          <Route path={`${ROOT}/executions`} component={ExecutionsPage} />
          <Route path={`${ROOT}/executions/:workflow/:name`} component={ExecutionPage} />
          <Route path={`${ROOT}/tasks`} component={TasksPage} />
          <Route path={`${ROOT}/schedules`} component={SchedulesPage} />
          <Route path={`${ROOT}/dead-letters`} component={DeadLettersPage} />
          <Route path={`${ROOT}/programs`} component={ProgramsPage} />
          <Route default component={Unknown} />
        </Router>
      </Shell>
    </LocationProvider>
  );
}

function Unknown() {
  return (
    <Page title="No such page">
      <Empty title="There is nothing here">
        <p>
          <a href={ROOT}>Overview</a>
        </p>
      </Empty>
    </Page>
  );
}

const place = document.getElementById("app");
if (place !== null) render(<App />, place);
