/** The OpenAPI 3.1 document, made from the routes and the schemas that check their requests and describe their answers. */
import * as z from "zod";
import { problemSchema } from "../../client/resources.js";
import type { Operation, Route } from "./route.js";

/** The document; `version` is that of Eventual. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const shared = new SharedSchemas();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: describe(route, shared) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Eventual", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    paths,
    components: {
      schemas: { Problem: shared.jsonSchema(problemSchema, "output"), ...shared.schemas },
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

function describe(route: Route, shared: SharedSchemas): object {
  const { method, path, scope, summary } = route;
  return {
    operationId: `${method}${path.replaceAll(/[^A-Za-z]+(.)?/g, (_, next: string | undefined) => (next ?? "").toUpperCase())}`,
    summary,
    ...(scope === undefined ? { security: [] } : { security: [{ token: [] }], "x-scope": scope }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name ?? "", "path", { type: "string" }, true)),
      ...(route.kind === "answer" ? [...queryParameters(route, shared), ...headerParameters(route)] : []),
    ],
    ...(route.kind === "answer" && route.body !== undefined
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: shared.jsonSchema(route.body, "input") } },
          },
        }
      : {}),
    responses: { ...answers(route, shared), default: { $ref: "#/components/responses/Problem" } },
  };
}

function answers(route: Route, shared: SharedSchemas): Record<string, object> {
  if (route.kind === "stream") {
    const content = { "text/event-stream": { schema: { type: "string" } } };
    return { 200: { description: "A stream of events", content } };
  }
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, { description, schema }]) => [
      status,
      { description, content: { "application/json": { schema: shared.jsonSchema(schema, "output") } } },
    ]),
  );
}

function queryParameters({ query }: Operation, shared: SharedSchemas): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = objectSchema.parse(shared.jsonSchema(query, "input"));
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

/** Schemas that refer to themselves, such as any JSON: named once in the document, since references begin at its root. */
class SharedSchemas {
  readonly schemas: Record<string, object> = {};
  readonly #names = new Map<string, string>();

  /** The schema as JSON Schema, to be put anywhere in the document. */
  jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
    const options = { io, target: "draft-2020-12", unrepresentable: "any" } as const;
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, options);
    let text = JSON.stringify(rest);
    for (const [name, definition] of Object.entries($defs)) {
      const local = `"#/$defs/${name}"`;
      const shared = this.#share(JSON.stringify(definition), local);
      text = text.replaceAll(local, () => shared);
    }
    return objectSchema.parse(JSON.parse(text));
  }

  /** The reference to a definition that knows itself as `local`. */
  #share(definition: string, local: string): string {
    const known = this.#names.get(definition.replaceAll(local, "itself"));
    const name = known ?? `Json${this.#names.size === 0 ? "" : this.#names.size + 1}`;
    const reference = `"#/components/schemas/${name}"`;
    if (known === undefined) {
      this.#names.set(definition.replaceAll(local, "itself"), name);
      this.schemas[name] = objectSchema.parse(JSON.parse(definition.replaceAll(local, () => reference)));
    }
    return reference;
  }
}
