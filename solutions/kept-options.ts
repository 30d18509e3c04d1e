import { readFileSync, writeFileSync } from "node:fs";
import { withTexts } from "#box/security";
import { getpid } from "#kernel";
import { CLAIMS } from "./claims.ts";
import { unlessGone } from "./unless-gone.ts";

/**
 * Options of `box run` that hold for a container's whole life: `box exec` takes them over, unless it is given its own.
 *
 * They are written down as they were given. The kernel shows the ids of the container's command, but these say too
 * little: a command that started as root may run as another user by now, and a number could be another user's name in
 * the container's /etc/passwd. With the same words, `box exec` finds the user in the same way as `box run`. Only a file
 * is written down as its text.
 */
const KEPT = ["user", "group-add", "cap-add", "cap-drop", "privileged", "security-opt"];

type Given = (name: string) => string[];

const pathOf = (id: string) => `${CLAIMS}/${id}.options`;

/** Writes a container's options down. The file is one more claim of the container's, and is removed with the others. */
export function keepOptionsForExec(id: string, given: Given): void {
	const wordsOf = (name: string) => (name === "security-opt" ? withTexts(given(name)) : given(name));
	const kept = Object.fromEntries(KEPT.map((name) => [name, wordsOf(name)]));
	writeFileSync(pathOf(id), `${id} ${getpid()} ${JSON.stringify(kept)}`);
}

/**
 * The options of a command in a running container: those that were given, and the container's own.
 * @throws {Error} nothing is written down: the container has just ended
 */
export function withKeptOptions(id: string, given: Given): Given {
	const [, text] = /^\S+ \S+ (.*)$/.exec(unlessGone(() => readFileSync(pathOf(id), "utf8"), "")) ?? [];
	// Without its options, the command would be root's.
	if (text === undefined) throw new Error(`container ${id} has ended`);
	const kept = JSON.parse(text) as Record<string, string[]>;
	return (name) => {
		const own = given(name);
		return own.length > 0 ? own : (kept[name] ?? []);
	};
}
