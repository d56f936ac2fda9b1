/** What commands look at beside an engine: in the file, or through a server elsewhere. Throws Fault EV8004 for unknown ids. */
import type { ExecutionSummary, LogLineRow } from "../../client/operations.js";
import type { ListedProgram } from "../../client/program-list.js";
import type { Standing } from "../../inspect/standing.js";
import type { Timeline } from "../../inspect/timeline.js";
import type { ExaminedExecution, StoreStats } from "../../store/sqlite/examine.js";

/** What of an execution a timeline is headed by. */
export type Subject = Pick<ExecutionSummary, "id" | "status" | "startTime" | "endTime">;

/** Where an execution stands; `standing` is undefined for a closed one. */
export interface Stand extends Pick<ExaminedExecution, "tasks" | "timers" | "inbox"> {
  readonly row: Pick<ExecutionSummary, "id" | "status" | "program">;
  readonly standing: Standing | undefined;
}

export interface Looking {
  /** Its last `limit` stretches and moments. */
  timeline(id: string, limit: number): Promise<{ readonly row: Subject; readonly timeline: Timeline }>;
  stand(id: string): Promise<Stand>;
  /** Lines of its log, oldest first; with `follow` until it is closed. */
  logs(id: string, follow: boolean): AsyncIterable<LogLineRow>;
  programs(): Promise<readonly ListedProgram[]>;
  stats(): Promise<StoreStats>;
}
