/** `eventual schedules list|pause|resume|trigger` */
import type { Argv } from "yargs";
import { command, commandGroup } from "../command.js";
import { withPlace } from "../options.js";

function withSchedule<T>(given: Argv<T>) {
  return withPlace(given).positional("schedule", {
    type: "string",
    demandOption: true,
    describe: "Name of the schedule",
  });
}

export const schedules = commandGroup("schedules", "List schedules, pause or resume them, start one now", {
  list: command({
    usage: "list",
    describe: "List the schedules in force, with when they are due next",
    options: (given) => withPlace(given).example("$0 schedules list --db app.db", "Of the newest programs"),
    run: async (args, output) => (await import("../actions/schedules.js")).listSchedules(args, output),
  }),
  pause: command({
    usage: "pause <schedule>",
    describe: "Start nothing by a schedule until it is resumed",
    options: (given) => withSchedule(given).example("$0 schedules pause nightly --db app.db", "Also over restarts"),
    run: async (args, output) => (await import("../actions/schedules.js")).actOn("pause", args, output),
  }),
  resume: command({
    usage: "resume <schedule>",
    describe: "Let a paused schedule go on, as if it began now",
    options: (given) =>
      withSchedule(given).example("$0 schedules resume nightly --db app.db", "Missed times are not made up"),
    run: async (args, output) => (await import("../actions/schedules.js")).actOn("resume", args, output),
  }),
  trigger: command({
    usage: "trigger <schedule>",
    describe: "Start an execution of a schedule now, even of a paused one",
    options: (given) => withSchedule(given).example("$0 schedules trigger nightly --db app.db", "Prints its id"),
    run: async (args, output) => (await import("../actions/schedules.js")).triggerSchedule(args, output),
  }),
});
