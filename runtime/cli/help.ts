/** The help of the whole command line, with its commands in groups: yargs lists them without. */

/** `help` as yargs gives it; `groups` holds the commands' names by title. */
export function groupedHelp(help: string, name: string, groups: ReadonlyMap<string, readonly string[]>): string {
  const lines = help.split("\n");
  const from = lines.indexOf("Commands:");
  const to = lines.indexOf("", from);
  if (from === -1 || to === -1) return help;
  /** A command's lines: the first names it, those that are wrapped are indented further. */
  const entries = new Map<string, string[]>();
  let entry: string[] = [];
  for (const line of lines.slice(from + 1, to)) {
    if (line.startsWith(`  ${name} `)) {
      entry = [];
      entries.set(line.trim().split(/\s+/)[1] ?? "", entry);
    }
    entry.push(line);
  }
  const grouped = [...groups].flatMap(([title, names]) => {
    const shown = names.flatMap((command) => entries.get(command) ?? []);
    return shown.length === 0 ? [] : [title, ...shown, ""];
  });
  return [...lines.slice(0, from), ...grouped, ...lines.slice(to + 1)].join("\n");
}
