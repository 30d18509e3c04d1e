import type { StageRequest } from "../vm/rewindable-machine.ts";
import type { ShellName, Size } from "./events.ts";

/** How much of a shell's output is kept, to be shown again when the demo goes back or a page connects later. */
const SHOWN_CHARS = 64 << 10;

/** A shell's prompt. The shells that are started in this shell inherit the prompt. */
export const promptOf = (shell: ShellName) => `${shell}# `;

/** The program of one of a demo's two shells, as a stage starts it. */
export function shellProgram(name: ShellName, window: Size): StageRequest["shells"][string] {
	const environment = { PS1: promptOf(name), PS2: "> ", LANG: "C.UTF-8", HISTFILE: "" };
	// +H turns off history expansion: exclamation marks in a command stand for themselves.
	return { argv: ["bash", "--norc", "+H"], environment, window };
}

/**
 * The end of a shell's output: `SHOWN_CHARS` characters at most. A shortened output starts at the beginning of a line,
 * unless no line begins in it.
 */
export function lastLines(shown: string): string {
	if (shown.length <= SHOWN_CHARS) return shown;
	const cut = shown.slice(-SHOWN_CHARS);
	return cut.slice(cut.indexOf("\n") + 1);
}
