/** An application that embeds an engine: starts a shipping, lets it go on, prints its result. Arguments: program, database. */
import { openRuntime } from "#runtime/library/runtime.js";

const [program = "", database = ""] = process.argv.slice(2);
const runtime = await openRuntime({ database, programs: [program], taskThreads: 2 });
const id = await runtime.start("shipping", undefined, { name: "s" });
await runtime.signal(id, "go");
console.log(JSON.stringify(await runtime.wait(id)));
await runtime.stop();
