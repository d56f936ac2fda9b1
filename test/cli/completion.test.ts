/**
 * Goal: in bash, zsh and fish the tab key completes commands and options.
 * Method: the real shells, those that this machine has, with the script that the real command prints; zsh at a terminal
 * of its own, because it completes at terminals only.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { temporaryFolder } from "../support/temp.js";
import { ROOT } from "./support/eventual.js";

const run = promisify(execFile);

/** Each prints what completes `eventual pru`, then `eventual tasks com` and `eventual list --sta`. */
const SHELLS = {
  bash: [
    "-c",
    `source <(eventual completion bash)
    ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _eventual_completions; echo "\${COMPREPLY[@]}"; }
    ask eventual pru; ask eventual tasks com; ask eventual list --sta`,
  ],
  fish: [
    "--no-config",
    "-c",
    `eventual completion fish | source
    complete -C 'eventual pru'; complete -C 'eventual tasks com'; complete -C 'eventual list --sta'`,
  ],
  zsh: [
    "-f",
    "-c",
    `zmodload zsh/zpty
    zpty z 'zsh -f -i'
    zpty -w z 'autoload -U compinit && compinit -u -d dump; eval "$(eventual completion zsh)"; echo rea""dy'
    zpty -r -m z out '*ready*'
    for line in 'eventual pru' 'eventual tasks com' 'eventual list --sta'; do
      zpty -n -w z $line$'\\t'
      zpty -r -m z out "*(prune|complete|--status)*" && print -r -- $out
      zpty -n -w z $'\\C-u'
    done
    zpty -d z`,
  ],
} as const;

function isInstalled(shell: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, shell), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

for (const [shell, args] of Object.entries(SHELLS)) {
  if (!isInstalled(shell)) continue;
  test(`${shell} completes commands, their actions and their options`, async (t) => {
    const cwd = await temporaryFolder(t);
    await symlink(join(ROOT, "dist/eventual"), join(cwd, "eventual"));
    const env = { ...process.env, PATH: `${cwd}${delimiter}${process.env.PATH}`, HOME: cwd, TERM: "dumb" };
    const { stdout, stderr } = await run(shell, args, { cwd, env, timeout: 60_000 });
    for (const word of ["prune", "complete", "--status"])
      assert.ok(stdout.includes(word), `${word}: ${stdout}${stderr}`);
  });
}
