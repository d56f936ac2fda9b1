/** `eventual completion <shell>` */
import { commandName } from "../application.js";
import { command } from "../command.js";
import { EXIT } from "../exit.js";

/** What yargs answers when it is asked by a shell; the scripts ask the command itself. */
const ASK = "--get-yargs-completions";

const SCRIPTS = {
  bash: (name: string) => `_${identifier(name)}_completions() {
  local current="\${COMP_WORDS[COMP_CWORD]}" candidates
  candidates=$(${name} ${ASK} "\${COMP_WORDS[@]}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o bashdefault -o default -F _${identifier(name)}_completions ${name}`,
  zsh: (name: string) => `#compdef ${name}
_${identifier(name)}() {
  local -a candidates
  candidates=("\${(@f)$(SHELL=zsh ${name} ${ASK} "\${words[@]}" 2>/dev/null)}")
  _describe 'values' candidates || _files
}
compdef _${identifier(name)} ${name}`,
  fish: (name: string) =>
    `complete -c ${name} -a '(SHELL=fish ${name} ${ASK} (commandline -opc) (commandline -ct) 2>/dev/null)'`,
};

const SHELLS = ["bash", "zsh", "fish"] as const;

export const completion = command({
  usage: "completion <shell>",
  describe: "Print a script that completes commands and options in a shell",
  settings: [],
  options: (given) =>
    given
      .positional("shell", { choices: SHELLS, demandOption: true, describe: "The shell" })
      .example(`$0 completion bash > ~/.local/share/bash-completion/completions/${commandName}`, "bash")
      .example(`$0 completion zsh > ~/.zsh/functions/_${commandName}`, "zsh: a folder of $fpath")
      .example(`$0 completion fish > ~/.config/fish/completions/${commandName}.fish`, "fish"),
  run: async ({ shell }, output) => {
    output.print(SCRIPTS[shell](commandName));
    return EXIT.ok;
  },
});

function identifier(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, "_");
}
