/**
 * A module written as its difference from another one: comments, the other module's path, and the changed places as
 * `git diff` prints them.
 *
 *     // diagnosis: uts-shared
 *     --- solutions/02-unshare/isolate.ts
 *     @@ isolate
 *     -	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
 *     +	unshare(CLONE_NEWIPC);
 *
 * A place is found by its old lines, not by line numbers: the other module must have these lines exactly once. So a
 * change elsewhere in that module has no effect here, and a change of these lines is an error. The text after `@@` is
 * for the reader. New lines without old lines, such as an import, are inserted at the top of the module.
 */
export interface Difference {
	/** The comments before the changes. */
	head: string;
	/** Path of the other module in the kit. */
	base: string;
	places: Place[];
}

/** Neighbouring lines of the other module, and what they become. Both lists include unchanged lines. */
interface Place {
	before: string[];
	after: string[];
}

/** @throws {Error} the text is not a difference, or it does not name the other module */
export function parseDifference(text: string): Difference {
	const [preamble = "", ...places] = text.replace(/\n$/, "").split(/^@@.*\n/m);
	const base = /^--- (?:a\/)?(\S+)/m.exec(preamble)?.[1];
	if (base === undefined) throw new Error('it has no line "--- PATH" that names the other module');
	const head = preamble.split("\n").filter((line) => line.startsWith("//"));
	return { head: head.map((line) => `${line}\n`).join(""), base, places: places.map(parsePlace) };
}

function parsePlace(text: string): Place {
	// Leaves out git's line "\ No newline at end of file".
	const lines = text
		.replace(/\n$/, "")
		.split("\n")
		.filter((line) => !line.startsWith("\\"));
	const strange = lines.find((line) => !/^[ +-]|^$/.test(line));
	if (strange !== undefined) throw new Error(`a line starts with neither "+", "-" nor a space: ${strange}`);
	const without = (mark: string) => lines.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
	return { before: without("+"), after: without("-") };
}

/**
 * Applies the changes.
 * @param base text of the other module
 * @returns text of the module, without the comments in `head`
 * @throws {Error} the other module does not have a place's old lines, or has them more than once; two places overlap; or
 * the result is the same text
 */
export function applyDifference({ places }: Difference, base: string): string {
	const lines = base.split("\n");
	const top = places.filter(({ before }) => before.length === 0).flatMap(({ after }) => after);
	const changes = places
		.filter(({ before }) => before.length > 0)
		.map((place) => ({ ...place, at: placeOf(place.before, lines) }))
		.sort((one, other) => one.at - other.at);
	const parts = [...top];
	let next = 0;
	for (const { at, before, after } of changes) {
		if (at < next) throw new Error(`two of its places overlap; merge them:\n${before.join("\n")}`);
		parts.push(...lines.slice(next, at), ...after);
		next = at + before.length;
	}
	const text = [...parts, ...lines.slice(next)].join("\n");
	if (text === base) throw new Error("it changes nothing");
	return text;
}

function placeOf(wanted: readonly string[], lines: readonly string[]): number {
	const found = lines.flatMap((_, at) => (wanted.every((line, index) => lines[at + index] === line) ? [at] : []));
	const [at] = found;
	if (at !== undefined && found.length === 1) return at;
	const problem = at === undefined ? "do not exist any more" : "exist more than once; show more lines around them";
	throw new Error(`these lines ${problem}:\n${wanted.join("\n")}`);
}
