/** `eventual inspect|history|logs`: what an execution does, read from the file. */
import { command } from "../command.js";
import { withExecution, withLimit, withPlace } from "../options.js";

export const inspect = command({
  usage: "inspect <execution>",
  describe: "Show where an execution stands: its waiting calls, source lines and variables",
  options: (given) =>
    withExecution(withPlace(given))
      .example("$0 inspect order/17 --db app.db", "Read from its checkpoint; nothing runs")
      .epilogue("Shows the last checkpoint. One is written when an engine stops, or always with --checkpoint=always."),
  run: async (args, output) => (await import("../actions/look.js")).inspectExecution(args, output),
});

export const history = command({
  usage: "history <execution>",
  describe: "Show what an execution did and when: tasks with their attempts, timers, children, signals",
  options: (given) =>
    withLimit(withExecution(withPlace(given)), 200)
      .example("$0 history order/17 --db app.db", "Also of an execution that has ended")
      .epilogue("The last 2000 activations are kept; with more, the beginning is missing and said to be."),
  run: async (args, output) => (await import("../actions/look.js")).showHistory(args, output),
});

export const logs = command({
  usage: "logs <execution>",
  describe: "Print the log of an execution",
  options: (given) =>
    withExecution(withPlace(given))
      .option("follow", { alias: "f", type: "boolean", default: false, describe: "Go on until it has ended" })
      .example("$0 logs order/17 --db app.db --follow", "With --json: a line of JSON each"),
  run: async (args, output) => (await import("../actions/look.js")).showLogs(args, output),
});
