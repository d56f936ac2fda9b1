/** What is done to an execution from outside. */
import type { RequestOf } from "../../client/operations.js";
import { confirmed } from "../confirm.js";
import { EXIT } from "../exit.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { type Place, withClient } from "../with-client.js";

type Action = RequestOf<"control">["action"];

const DONE: Readonly<Record<Action, string>> = {
  cancel: "will be cancelled",
  terminate: "will be terminated",
  suspend: "is suspended",
  resume: "goes on",
};

interface ControlOptions extends Place {
  readonly execution: string;
  readonly json: boolean;
  readonly reason?: string | undefined;
  readonly yes?: boolean;
}

/** Throws the client's Faults. */
export async function control(action: Action, options: ControlOptions, output: Output): Promise<number> {
  const { execution, json, reason } = options;
  if (action === "terminate" && !(await confirmed(`Terminate ${execution} without cleaning up?`, options, output))) {
    return EXIT.failed;
  }
  await withClient(options, (client) => client.control({ execution, action, ...present({ reason }) }));
  if (json) output.printJson({ executionId: execution, action, accepted: true });
  else output.note(`${execution} ${DONE[action]}.`);
  return EXIT.ok;
}
