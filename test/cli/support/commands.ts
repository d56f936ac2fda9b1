/** The commands that the real command lists. */
import { eventual } from "./eventual.js";

/** Names of commands in a help text; of a group with its actions. */
export async function commandsIn(cwd: string): Promise<readonly (readonly string[])[]> {
  const { stdout } = await eventual(["--help"], { cwd });
  const names = [...stdout.matchAll(/^ {2}eventual ([a-z]+)/gm)].map(([, name = ""]) => name);
  const actions = await Promise.all(
    names.map(async (name) => {
      const help = (await eventual([name, "--help"], { cwd })).stdout;
      const found = [...help.matchAll(new RegExp(`^ {2}eventual ${name} ([a-z]+)[ \\n]`, "gm"))];
      const isGroup = /^Commands:/m.test(help);
      return isGroup ? found.map(([, action = ""]) => [name, action]) : [[name]];
    }),
  );
  return actions.flat();
}
