/** `eventual serve [program…]` */
import type { HttpOptions } from "../../server/http/listen.js";
import { hasProgram } from "../application.js";
import { command } from "../command.js";
import { present, wholeNumber, withDatabase, withEngine } from "../options.js";

export const serve = command({
  usage: "serve [programs..]",
  describe: "Run an engine until it is stopped; other commands talk to it",
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
      .option("http", { type: "string", requiresArg: true, describe: "Also serve the HTTP API: [host:]port" })
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
        coerce: (text: string | undefined) => wholeNumber("--rate", text),
        describe: "Requests a second of one address (default: 500)",
      })
      .implies("tls-cert", "tls-key")
      .implies("tls-key", "tls-cert")
      .example("$0 serve app.evp --db app.db --http 8080", "The HTTP API, for this machine only")
      .example("$0 serve app.evp --db app.db", "Go on with everything in app.db, and take new work")
      .epilogue("SIGINT or SIGTERM: stop cleanly, after checkpoints; a second one stops at once."),
  run: async (args, output) => {
    const { serve: runServer } = await import("../actions/serve.js");
    const { programs, json, checkpoint, db, cache } = args;
    const http = args.http === undefined ? undefined : httpOptions(args.http, args);
    return await runServer({ programs, json, checkpoint, ...present({ db, cache, http }) }, output);
  },
});

interface HttpArguments {
  readonly tokens: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly rate: number | undefined;
}

function httpOptions(address: string, given: HttpArguments): HttpOptions {
  const { tokens: tokensFile, tlsCert, tlsKey, allowHost, allowOrigin, rate } = given;
  const tls = tlsCert === undefined || tlsKey === undefined ? undefined : { certificate: tlsCert, key: tlsKey };
  return { address, allowHosts: allowHost, allowOrigins: allowOrigin, ...present({ tokensFile, tls, rate }) };
}
