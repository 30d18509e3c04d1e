import type { StageRequest } from "../vm/rewindable.ts";
import type { ShellName, Size } from "./events.ts";

/** Of what a shell has shown, this much is known when it is gone back to. */
const SHOWN_CHARS = 64 << 10;

/** What a shell says when it waits for a command; every shell that it starts says it as well. */
export const promptOf = (shell: ShellName) => `${shell}# `;

/** One of a demo's two shells, to be started. */
export function shellOf(name: ShellName, window: Size): StageRequest["shells"][string] {
	const environment = { PS1: promptOf(name), PS2: "> ", LANG: "C.UTF-8", HISTFILE: "" };
	// +H: what is typed has exclamation marks that mean nothing.
	return { argv: ["bash", "--norc", "+H"], environment, window };
}

/** The end of what a shell has shown, from the beginning of a line. */
export function lastOf(shown: string): string {
	if (shown.length <= SHOWN_CHARS) return shown;
	const cut = shown.slice(-SHOWN_CHARS);
	return cut.slice(cut.indexOf("\n") + 1);
}
