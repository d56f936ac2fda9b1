/** `eventual cancel|terminate|suspend|resume <execution>` */
import { command } from "../command.js";
import { withExecution, withPlace } from "../options.js";

const withReason = <T>(given: Parameters<typeof withExecution<T>>[0]) =>
  withExecution(withPlace(given)).option("reason", {
    type: "string",
    requiresArg: true,
    describe: "Kept with the execution, for whoever looks later",
  });

export const cancel = command({
  usage: "cancel <execution>",
  describe: "Cancel an execution: what it waits for is refused, it cleans up and ends",
  options: (given) => withReason(given).example("$0 cancel order/17 --db app.db --reason 'out of stock'", "Then: wait"),
  run: async (args, output) => (await import("../actions/control.js")).control("cancel", args, output),
});

export const terminate = command({
  usage: "terminate <execution>",
  describe: "End an execution where it is, without running any more of its code",
  options: (given) =>
    withReason(given)
      .option("yes", { alias: "y", type: "boolean", default: false, describe: "Do not ask" })
      .example("$0 terminate order/17 --db app.db --yes", "Nothing is cleaned up: `cancel` does that"),
  run: async (args, output) => (await import("../actions/control.js")).control("terminate", args, output),
});

export const suspend = command({
  usage: "suspend <execution>",
  describe: "Deliver nothing to an execution until it is resumed; what arrives is kept",
  options: (given) => withReason(given).example("$0 suspend order/17 --db app.db", "Its timers wait, too"),
  run: async (args, output) => (await import("../actions/control.js")).control("suspend", args, output),
});

export const resume = command({
  usage: "resume <execution>",
  describe: "Let a suspended execution go on",
  options: (given) =>
    withExecution(withPlace(given)).example("$0 resume order/17 --db app.db", "Also one that the engine suspended"),
  run: async (args, output) => (await import("../actions/control.js")).control("resume", args, output),
});
