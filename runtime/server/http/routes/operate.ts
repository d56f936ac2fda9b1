/** What operators look at and change: what the database holds, and the programs in it. */
import { present } from "../../../client/present.js";
import { checkProgram } from "../../../client/program-file.js";
import { listedPrograms } from "../../../client/program-list.js";
import {
  deployedSchema,
  programBodySchema,
  programListSchema,
  pruneBodySchema,
  prunedSchema,
  statsSchema,
} from "../../../client/resources.js";
import { operation, type Route } from "../route.js";
import { statsResource } from "../views/operate.js";

const LONGEST_PROGRAM_BYTES = 64 << 20;

export const OPERATE: readonly Route[] = [
  operation({
    method: "get",
    path: "/v1/stats",
    scope: "read",
    summary: "What the database holds, how large it is, and the oldest work",
    replies: { 200: { description: "As it is now", schema: statsSchema } },
    handle: async ({ database }) => ({ status: 200, value: statsResource(await database.stats()) }),
  }),
  operation({
    method: "post",
    path: "/v1/prune",
    scope: "admin",
    summary: "Remove closed executions with their logs and histories; durable when answered",
    body: pruneBodySchema,
    replies: { 200: { description: "They are gone", schema: prunedSchema } },
    async handle({ engine }, { body }) {
      return { status: 200, value: await engine.prune(present(body)) };
    },
  }),
  operation({
    method: "get",
    path: "/v1/programs",
    scope: "read",
    summary: "The programs in the database",
    replies: { 200: { description: "All", schema: programListSchema } },
    handle: async ({ database }) => ({ status: 200, value: { items: await listedPrograms(database) } }),
  }),
  operation({
    method: "post",
    path: "/v1/programs",
    scope: "admin",
    summary: "Deploy a program: new executions of its workflows start on it; durable when answered",
    body: programBodySchema,
    bodyBytes: LONGEST_PROGRAM_BYTES,
    replies: { 201: { description: "It is there", schema: deployedSchema } },
    async handle({ engine }, { body }) {
      const program = checkProgram("the request's body", body);
      // Packages that it does not contain are looked up where the server was started.
      await engine.deploy(program, process.cwd());
      const workflows = program.manifest.workflows.map(({ name }) => name);
      return { status: 201, value: { hash: program.hash, workflows } };
    },
  }),
];
