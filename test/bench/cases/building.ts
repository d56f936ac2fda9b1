/** Compiling a project of sixty modules with zod: as a whole, and again after an edit of one module. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Session } from "#compiler/build.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const MODULES = 60;
const EDITS = 9;
const PACKAGES = fileURLToPath(new URL("../../../../node_modules", import.meta.url));

export async function building({ file }: Setting): Promise<Figure[]> {
  const folder = file("project");
  await writeProject(folder);
  const session = new Session({ entry: join(folder, "src/main.ts") });
  const whole = await timedBuild(session);
  const edits: number[] = [];
  for (let edit = 1; edit <= EDITS; edit++) {
    const changed = (edit * 7) % MODULES;
    await writeFile(join(folder, `src/m${changed}.ts`), moduleText(changed, edit + 1));
    edits.push(await timedBuild(session));
  }
  return [
    cost(`build: ${MODULES} modules and zod`, whole, "ms"),
    cost("build: again after an edit of one", median(edits), "ms", { name: "as a whole", value: whole }),
  ];
}

async function timedBuild(session: Session): Promise<number> {
  const start = performance.now();
  const { program, diagnostics } = await session.build();
  if (program === undefined) throw new Error(`the project does not compile: ${diagnostics[0]?.message}`);
  return performance.now() - start;
}

async function writeProject(folder: string): Promise<void> {
  await mkdir(join(folder, "src"), { recursive: true });
  await symlink(PACKAGES, join(folder, "node_modules"));
  const compilerOptions = { strict: true, module: "ESNext", moduleResolution: "bundler", target: "ES2022", types: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await writeFile(join(folder, "package.json"), '{ "name": "project", "type": "module" }');
  for (let index = 0; index < MODULES; index++) await writeFile(join(folder, `src/m${index}.ts`), moduleText(index, 1));
  const last = MODULES - 1;
  await writeFile(
    join(folder, "src/main.ts"),
    `import { workflow } from "eventual";
import { step${last} } from "./m${last}";
export const main = workflow("main", async () => step${last}({ id: 1, name: "a", tags: ["x"] }));
`,
  );
}

/** A module with a schema, a task and an async function that calls the one before. */
function moduleText(index: number, milliseconds: number): string {
  const before = index - 1;
  const next = before < 0 ? "" : ` + (await step${before}(row))`;
  return `import { duration, task } from "eventual";
import { z } from "zod";
${before < 0 ? "" : `import { step${before} } from "./m${before}";`}
export const schema${index} = z.object({ id: z.number(), name: z.string(), tags: z.array(z.string()) });
export type Row${index} = z.infer<typeof schema${index}>;
export const save${index} = task("save${index}", async (row: Row${index}) => row.id);
export async function step${index}(row: Row${index}): Promise<number> {
  const parsed = schema${index}.parse(row);
  const lengths = parsed.tags.map((tag) => async () => {
    await duration(${milliseconds});
    return tag.length;
  });
  let total = 0;
  try {
    for (const length of lengths) total += await length();
    total += await save${index}(parsed);
  } finally {
    await duration(1);
  }
  return total${next};
}
`;
}
