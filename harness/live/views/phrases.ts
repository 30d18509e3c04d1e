import type { ShellName } from "../events.ts";

/** Words that several views use. */

export const SHELL_NAMES = ["host", "container"] as const satisfies ShellName[];

/** "host's shell": a heading. */
export const shellTitle = (name: ShellName): string => `${name}'s shell`;

/** "the host's shell", the subject of most sentences. */
export const theShell = (name: ShellName): string => `the ${shellTitle(name)}`;

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
	const last = words.at(-1) ?? "";
	return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** "1 process", "2 processes". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** The text as a sentence: a capital first, a full stop last. Empty stays empty. */
export const sentence = (text: string): string => (text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}.`);

/** "a uts namespace", "an ipc namespace". */
export const withArticle = (text: string): string => `${text.startsWith("i") ? "an" : "a"} ${text}`;

/** A process's name. Node names its first thread MainThread, and the kernel shows that name. Returns `node` instead. */
export const programName = ({ comm }: { comm: string }): string => (comm === "MainThread" ? "node" : comm);
