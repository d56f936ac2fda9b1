/** `eventual serve [program…]` */
import type { HttpOptions } from "../../server/http/listen.js";
import { hasProgram } from "../application.js";
import { command } from "../command.js";
import { LOG_FORMATS, LOG_LEVELS } from "../log-options.js";
import { present, wholeNumber, withDatabase, withEngine } from "../options.js";

export const serve = command({
  usage: "serve [programs..]",
  describe: "Run an engine until it is stopped; other commands talk to it",
  settings: [
    ...(["db", "programs", "checkpoint", "cache", "verify-every", "task-threads", "task-concurrency"] as const),
    ...(["http", "tokens", "tls-cert", "tls-key", "allow-host", "allow-origin", "rate", "metrics"] as const),
    ...(["log-format", "log-level", "log-file"] as const),
  ],
  options: (given) =>
    withEngine(
      withDatabase(given).positional("programs", {
        type: "string",
        array: true,
        default: [],
        describe: hasProgram
          ? "Other programs (*.evp) instead of this one"
          : "Compiled programs (*.evp) to deploy; those in the database run without being named",
      }),
    )
      .option("http", {
        type: "string",
        requiresArg: true,
        describe: "Also serve the HTTP API: [host:]port or unix:/path",
      })
      .option("tokens", { type: "string", requiresArg: true, describe: "File of the API's tokens" })
      .option("tls-cert", { type: "string", requiresArg: true, describe: "Certificate of the API (PEM file)" })
      .option("tls-key", { type: "string", requiresArg: true, describe: "Its key (PEM file)" })
      .option("allow-host", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "Another name of the API",
      })
      .option("allow-origin", {
        type: "string",
        array: true,
        nargs: 1,
        default: [],
        describe: "Origin whose pages may call the API",
      })
      .option("rate", {
        type: "string",
        requiresArg: true,
        coerce: (text: string | undefined) => wholeNumber("--rate", text, 1),
        describe: "Requests a second of one address (default: 500)",
      })
      .option("metrics", { type: "boolean", default: false, describe: "GET /metrics for Prometheus" })
      .option("log-format", {
        choices: LOG_FORMATS,
        default: "text" as const,
        requiresArg: true,
        describe: "How the server says what happens, on standard error",
      })
      .option("log-level", {
        choices: LOG_LEVELS,
        default: "info" as const,
        requiresArg: true,
        describe: "From which level on",
      })
      .option("log-file", {
        type: "string",
        requiresArg: true,
        describe: "File for the log, as JSON; opened anew on SIGHUP",
      })
      .implies("tls-cert", "tls-key")
      .implies("tls-key", "tls-cert")
      .example("$0 serve app.evp --db app.db --http 8080", "The HTTP API, for this machine only")
      .example("$0 serve app.evp --db app.db", "Go on with everything in app.db, and take new work")
      .epilogue("SIGINT or SIGTERM: stop cleanly, after checkpoints; a second one stops at once."),
  run: async (args, output) => {
    const { serve: runServer } = await import("../actions/serve.js");
    const { programs, json, checkpoint, db, cache, verifyEvery, taskThreads, taskConcurrency } = args;
    const http = args.http === undefined ? undefined : httpOptions(args.http, args);
    const log = { format: args.logFormat, level: args.logLevel, file: args.logFile };
    return await runServer(
      { programs, json, checkpoint, log, ...present({ db, cache, http, verifyEvery, taskThreads, taskConcurrency }) },
      output,
    );
  },
});

interface HttpArguments {
  readonly tokens: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly rate: number | undefined;
  readonly metrics: boolean;
}

function httpOptions(address: string, given: HttpArguments): HttpOptions {
  const { tokens: tokensFile, tlsCert, tlsKey, allowHost, allowOrigin, rate, metrics } = given;
  const tls = tlsCert === undefined || tlsKey === undefined ? undefined : { certificate: tlsCert, key: tlsKey };
  return { address, allowHosts: allowHost, allowOrigins: allowOrigin, metrics, ...present({ tokensFile, tls, rate }) };
}
