import type { ShellName } from "../events.ts";

/** Words that several views use. */

export const SHELL_NAMES = ["host", "container"] as const satisfies ShellName[];

/** "host's shell": a heading. */
export const shellTitle = (name: ShellName): string => `${name}'s shell`;

/** "the host's shell", the subject of most sentences. */
export const theShell = (name: ShellName): string => `the ${shellTitle(name)}`;

/**
 * "the container's shell"; or, for the host's shell while its user talks to a process in a container, "the container in
 * the host's shell".
 * @param inContainer whether that process is in another mount namespace than the host's
 */
export const theUserOf = (name: ShellName, inContainer: boolean): string =>
	name === "host" && inContainer ? `the container in ${theShell(name)}` : theShell(name);

/** A change that the step has not made, such as "Before this step: the container's shell is user 0 (root)." */
export function asEarlier(change: string): string {
	const text = change.replace(/,? now(?=[ .,:;])/g, "");
	return text === "" ? "" : `Before this step: ${text[0]?.toLowerCase()}${text.slice(1)}`;
}

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
