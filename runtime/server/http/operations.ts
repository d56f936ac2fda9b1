/** The API's operations. */
import type { Route } from "./route.js";
import { CONTROL } from "./routes/control.js";
import { EVENTS } from "./routes/events.js";
import { EXECUTIONS } from "./routes/executions.js";
import { HEALTH } from "./routes/health.js";
import { OBSERVATION } from "./routes/observation.js";
import { OPERATE } from "./routes/operate.js";
import { SCHEDULES } from "./routes/schedules.js";
import { STREAM } from "./routes/stream.js";
import { TASKS } from "./routes/tasks.js";

export const ROUTES: readonly Route[] = [
  ...HEALTH,
  ...EXECUTIONS,
  ...CONTROL,
  ...OBSERVATION,
  ...STREAM,
  ...TASKS,
  ...EVENTS,
  ...SCHEDULES,
  ...OPERATE,
];
