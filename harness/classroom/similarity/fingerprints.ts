import jsTokens from "js-tokens";

/**
 * Fingerprints of a module's text, for finding modules that are alike although names and layout differ. The text becomes
 * tokens without comments. All names become the same token, except those in the braces of an import. All numbers become
 * another token, and all strings a third. Winnowing then selects some runs of tokens, so that two texts with a long
 * common run always share a selected run. See Schleimer, Wilkerson and Aiken, "Winnowing", 2003.
 */

/** A selected run of tokens: its hash, and its place. */
export interface Fingerprint {
	hash: number;
	firstLine: number;
	lastLine: number;
}

/** Number of tokens in a run. Shorter common runs are not found. */
const RUN_TOKENS = 14;
/** Of this many runs in a row, at least one is selected. */
const WINDOW = 5;
/** Maximum number of tokens of a module to compare. Most modules have a few hundred. */
const TOKENS_MAX = 20_000;
/**
 * Maximum number of fingerprints of a module. Those with the smallest hashes are kept, because a copy has the same
 * ones.
 */
const FINGERPRINTS_MAX = 2_000;

/** The fingerprints of a module, those with the smallest hashes first. */
export function fingerprintsOf(text: string): Fingerprint[] {
	const tokens = tokensOf(text);
	const runs = Array.from({ length: Math.max(0, tokens.length - RUN_TOKENS + 1) }, (_, at) => {
		const run = tokens.slice(at, at + RUN_TOKENS);
		return {
			hash: hashed(run.map(({ kind }) => kind).join(" ")),
			firstLine: run[0]?.line ?? 1,
			lastLine: run.at(-1)?.line ?? 1,
		};
	});
	const selected = new Set<Fingerprint>();
	for (let at = 0; at < Math.max(runs.length > 0 ? 1 : 0, runs.length - WINDOW + 1); at++) {
		const window = runs.slice(at, at + WINDOW);
		// If several are the smallest, the last one counts: then the next window mostly selects the same run.
		const smallest = window.reduce((least, run) => (run.hash <= least.hash ? run : least));
		selected.add(smallest);
	}
	return [...selected].sort((one, other) => one.hash - other.hash).slice(0, FINGERPRINTS_MAX);
}

/** The fingerprints as a short text for a report: some 13 characters for each. */
export const packed = (prints: readonly Fingerprint[]): string =>
	prints
		.map(({ hash, firstLine, lastLine }) => [hash, firstLine, lastLine - firstLine])
		.map((numbers) => numbers.map((number) => number.toString(36)).join("."))
		.join(" ");

/** @param text as {@link packed} returns it */
export function unpacked(text: string): Fingerprint[] {
	const prints = text === "" ? [] : text.split(" ");
	return prints.map((print) => {
		const [hash = 0, firstLine = 1, more = 0] = print.split(".").map((digits) => Number.parseInt(digits, 36));
		return { hash, firstLine, lastLine: firstLine + more };
	});
}

interface Token {
	/** The token itself, or a letter that stands for all names, strings or numbers. */
	kind: string;
	line: number;
}

const KEYWORDS = new Set(
	(
		"as async await break case catch class const continue default delete do else export finally for from function if " +
		"import in instanceof let new null of return static switch this throw true false try typeof var void while yield"
	).split(" "),
);

function tokensOf(text: string): Token[] {
	const imported = new Set(
		[...text.matchAll(/import\s*\{([^}]{0,2000})\}/g)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []),
	);
	const tokens: Token[] = [];
	let line = 1;
	for (const { type, value } of jsTokens(text)) {
		if (tokens.length >= TOKENS_MAX) break;
		const kind = kindOf(type, value, imported);
		if (kind !== null) tokens.push({ kind, line });
		line += value.split("\n").length - 1;
	}
	return tokens;
}

function kindOf(type: string, value: string, imported: ReadonlySet<string>): string | null {
	if (/Comment|WhiteSpace|LineTerminator/.test(type)) return null;
	if (/^(String|Template|NoSubstitution|RegularExpression)/.test(type)) return "S";
	if (type === "NumericLiteral") return "N";
	// Imported names, such as those of system calls, say what a module does. All other names can be chosen freely.
	if (type === "IdentifierName" || type === "PrivateIdentifier")
		return KEYWORDS.has(value) || imported.has(value) ? value : "I";
	return value;
}

// FNV-1a.
function hashed(text: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	return hash >>> 0;
}
