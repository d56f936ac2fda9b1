/** `eventual emit <event>`, `eventual deadletters list|retry|drop` */
import { command, commandGroup } from "../command.js";
import { withLimit, withPlace } from "../options.js";

export const emit = command({
  usage: "emit <event> [payload]",
  describe: "Put an event into the queues of its subscriptions",
  options: (given) =>
    withPlace(given)
      .positional("event", { type: "string", demandOption: true, describe: "Name of the event" })
      .positional("payload", { type: "string", describe: "Payload as JSON; the event's schema is not applied to it" })
      .example("$0 emit order-paid '{\"id\": 17}' --db app.db", "Durable when the command ends"),
  run: async (args, output) => (await import("../actions/events.js")).emitEvent(args, output),
});

export const deadletters = commandGroup(
  "deadletters",
  "List events that no subscription could handle; retry or drop them",
  {
    list: command({
      usage: "list",
      describe: "List dead letters, newest first",
      options: (given) =>
        withLimit(withPlace(given))
          .option("subscription", { type: "string", requiresArg: true, describe: "Only of this subscription" })
          .example("$0 deadletters list --db app.db", "With the error of the last attempt"),
      run: async (args, output) => (await import("../actions/events.js")).listDeadLetters(args, output),
    }),
    retry: command({
      usage: "retry <letters..>",
      describe: "Put dead letters back into their queues",
      options: (given) =>
        withPlace(given)
          .positional("letters", { type: "string", array: true, demandOption: true, describe: "Ids, or all" })
          .example("$0 deadletters retry 7 9 --db app.db", "After the subscription was repaired and deployed"),
      run: async (args, output) => (await import("../actions/events.js")).retryDeadLetters(args, output),
    }),
    drop: command({
      usage: "drop <letters..>",
      describe: "Forget dead letters",
      options: (given) =>
        withPlace(given)
          .positional("letters", { type: "string", array: true, demandOption: true, describe: "Ids, or all" })
          .option("yes", { alias: "y", type: "boolean", default: false, describe: "Do not ask" })
          .example("$0 deadletters drop all --db app.db --yes", "They are gone"),
      run: async (args, output) => (await import("../actions/events.js")).dropDeadLetters(args, output),
    }),
  },
);
