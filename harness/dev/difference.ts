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
 * A place is found by its old lines, not by numbers: the other module has them exactly once. So a change elsewhere in that
 * module changes nothing here, and a change of these lines is noticed. The text after `@@` is for the reader. A place without
 * old lines is at the top of the module: an import takes one line.
 */
export interface Difference {
	/** The comments before the changes. */
	head: string;
	/** Path of the other module in the kit. */
	base: string;
	places: Place[];
}

interface Place {
	before: string[];
	after: string[];
}

/** @throws {Error} this is no difference, or it names no other module */
export function parseDifference(text: string): Difference {
	const [preamble = "", ...places] = text.replace(/\n$/, "").split(/^@@.*\n/m);
	const base = /^--- (?:a\/)?(\S+)/m.exec(preamble)?.[1];
	if (base === undefined) throw new Error('it has no line "--- PATH" that says what it differs from');
	const head = preamble.split("\n").filter((line) => line.startsWith("//"));
	return { head: head.map((line) => `${line}\n`).join(""), base, places: places.map(parsePlace) };
}

function parsePlace(text: string): Place {
	// Git says so below a last line that does not end.
	const lines = text
		.replace(/\n$/, "")
		.split("\n")
		.filter((line) => !line.startsWith("\\"));
	const strange = lines.find((line) => !/^[ +-]|^$/.test(line));
	if (strange !== undefined) throw new Error(`a line starts neither with "+", "-" nor a blank: ${strange}`);
	const without = (mark: string) => lines.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
	return { before: without("+"), after: without("-") };
}

/**
 * Makes the changes.
 * @param base text of the other module
 * @returns text of the module, without a head
 * @throws {Error} a place is not in the other module, or more than once; two overlap; or nothing is changed
 */
export function applied({ places }: Difference, base: string): string {
	const lines = base.split("\n");
	const top = places.filter(({ before }) => before.length === 0).flatMap(({ after }) => after);
	const changes = places
		.filter(({ before }) => before.length > 0)
		.map((place) => ({ ...place, at: placeOf(place.before, lines) }))
		.sort((one, other) => one.at - other.at);
	const parts = [...top];
	let next = 0;
	for (const { at, before, after } of changes) {
		if (at < next) throw new Error(`two of its places overlap; make them one:\n${before.join("\n")}`);
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
	const how = at === undefined ? "are not there any more" : "are there more than once; show more lines around them";
	throw new Error(`these lines ${how}:\n${wanted.join("\n")}`);
}
