/** `eventual signal|request|query <execution> …`: messages to an execution. */
import { command } from "../command.js";
import { withExecution, withPlace } from "../options.js";

export const signal = command({
  usage: "signal <execution> <signal> [payload]",
  describe: "Send a signal to an execution; with no engine running it is kept in the file",
  options: (given) =>
    withExecution(withPlace(given))
      .positional("signal", { type: "string", demandOption: true, describe: "Name of the signal" })
      .positional("payload", { type: "string", describe: "Payload as JSON" })
      .option("id", {
        type: "string",
        requiresArg: true,
        describe: "Of several signals to the execution with the same id one arrives",
      })
      .example('$0 signal order/17 approve \'{"by": "Ada"}\' --db app.db', "Durable when the command ends"),
  run: async (args, output) => (await import("../actions/message.js")).sendSignal(args, output),
});

export const request = command({
  usage: "request <execution> <signal> [payload]",
  describe: "Send a signal and wait for what its handler returns",
  options: (given) =>
    withExecution(withPlace(given))
      .positional("signal", { type: "string", demandOption: true, describe: "Name of the signal" })
      .positional("payload", { type: "string", describe: "Payload as JSON" })
      .example("$0 request cart/7 add '\"A-1\"' --db app.db", "Prints the answer; exit code 1 if the handler threw"),
  run: async (args, output) => (await import("../actions/message.js")).sendRequest(args, output),
});

export const query = command({
  usage: "query <execution> <query> [input]",
  describe: "Ask an execution, also a closed one; changes nothing",
  options: (given) =>
    withExecution(withPlace(given))
      .positional("query", { type: "string", demandOption: true, describe: "Name of the query" })
      .positional("input", { type: "string", describe: "Input as JSON" })
      .example("$0 query import/3 progress --db app.db", "Prints the answer; exit code 1 if the handler threw"),
  run: async (args, output) => (await import("../actions/message.js")).askQuery(args, output),
});
