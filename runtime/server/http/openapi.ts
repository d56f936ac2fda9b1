/** The OpenAPI 3.1 document, made from the routes and the schemas that check their requests and describe their answers. */
import { z } from "zod";
import { problemSchema } from "../../client/resources.js";
import type { Operation, Route } from "./route.js";

/** The document; `version` is that of Eventual. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: describe(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Eventual", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: {
        Problem: {
          description: "Refused: the code is stable and documented",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}

function describe(route: Route): object {
  const { method, path, scope, summary } = route;
  return {
    operationId: `${method}${path.replaceAll(/[^A-Za-z]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase())}`,
    summary,
    ...(scope === undefined ? { security: [] } : { security: [{ token: [] }], "x-scope": scope }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name ?? "", "path", { type: "string" }, true)),
      ...(route.kind === "answer" ? [...queryParameters(route), ...headerParameters(route)] : []),
    ],
    ...(route.kind === "answer" && route.body !== undefined
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(route.body, "input") } },
          },
        }
      : {}),
    responses: { ...answers(route), default: { $ref: "#/components/responses/Problem" } },
  };
}

function answers(route: Route): Record<string, object> {
  if (route.kind === "stream") {
    const content = { "text/event-stream": { schema: { type: "string" } } };
    return { 200: { description: "A stream of events", content } };
  }
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, { description, schema }]) => [
      status,
      { description, content: { "application/json": { schema: jsonSchema(schema, "output") } } },
    ]),
  );
}

function queryParameters({ query }: Operation): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = objectSchema.parse(jsonSchema(query, "input"));
  return Object.entries(properties).map(([name, schema]) => parameter(name, "query", schema, required.includes(name)));
}

function headerParameters({ headers = {} }: Operation): object[] {
  return Object.entries(headers).map(([name, description]) => ({
    ...parameter(name, "header", { type: "string" }, false),
    description,
  }));
}

function parameter(name: string, place: "path" | "query" | "header", schema: unknown, required: boolean): object {
  return { name, in: place, required, schema };
}

const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" });
  return rest;
}
