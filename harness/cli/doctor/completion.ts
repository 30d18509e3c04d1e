import { readdirSync } from "node:fs";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { inKit } from "../../base/kit.ts";

/**
 * Adds `completion SHELL`, which prints a script for the shell, and `complete`, which that script calls on every Tab.
 * Must be called last: it completes the commands and options that `program` has by then.
 * @param description of the command `completion`
 */
export function addCompletion(program: Command, description: string): void {
	const completed = tab(program, { completionCommandName: "completion" });
	for (const command of completed.commands.values()) {
		const lesson = command.arguments.get("lesson");
		if (lesson !== undefined)
			lesson.handler = (offer) => {
				for (const id of lessonIds()) offer(id, "");
			};
	}
	const completion = program.commands.find((command) => command.name() === "completion");
	completion
		?.description(description)
		.addHelpText("after", HELP)
		// Printed after the script: for zsh, the script's own first line must come first.
		.hook("postAction", ({ args: [shell] }) => void process.stdout.write(`${functionsFor(shell)}\n`))
		.registeredArguments[0]?.choices(["bash", "zsh", "fish"]);
}

const HELP = `
In ~/.bashrc, with the kit's folder for KIT:
  source <(node KIT/harness/cli/bin.js completion bash)
In ~/.zshrc:
  source <(node KIT/harness/cli/bin.js completion zsh)
In ~/.config/fish/config.fish:
  node KIT/harness/cli/bin.js completion fish | source
The script also defines the command drydock, which works in every folder and
needs no npx.`;

// A Tab must be answered at once, so this only reads the names of the lessons' folders.
const lessonIds = () => readdirSync(inKit("lessons")).filter((name) => /^\d\d-/.test(name));

// A shell completes only commands that it knows, and npx adds no command to the PATH. So the script also defines
// `drydock`. The script for bash calls a function of the package bash-completion, which may not be installed;
// BASH_WORDS then defines that function.
function functionsFor(shell: string | undefined): string {
	const command = `node '${inKit("harness/cli/bin.js").replaceAll("'", "'\\''")}'`;
	if (shell === "fish") return `type -q drydock; or function drydock; ${command} $argv; end`;
	const drydock = `type drydock >/dev/null 2>&1 || drydock() { ${command} "$@"; }`;
	return shell === "bash" ? `${drydock}\n${BASH_WORDS}` : drydock;
}

const BASH_WORDS = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    cword=$COMP_CWORD words=("\${COMP_WORDS[@]}")
    cur=\${words[cword]} prev=\${words[cword - 1]}
}`;
