import { readFileSync } from "node:fs";

/**
 * The words of `--security-opt`, and what they mean.
 */
export interface SecurityOptions {
	/** The text of a seccomp profile; `default`; or `unconfined`: no filter. */
	seccomp: string;
}

/**
 * Reads the words of `--security-opt`. Later ones replace earlier ones.
 * @throws {Error} a word that is not known, or a file that cannot be read
 */
export function readSecurityOptions(words: readonly string[]): SecurityOptions {
	const options: SecurityOptions = { seccomp: "default" };
	for (const word of words) {
		const [, name, value = ""] = /^(\w[\w-]*)[=:](.+)$/s.exec(word) ?? [];
		if (name !== "seccomp") throw new Error(`--security-opt ${word}: seccomp=FILE or seccomp=unconfined is expected`);
		options.seccomp = value === "unconfined" || isText(value) ? value : readFileSync(value, "utf8");
	}
	return options;
}

/** Puts the text of a profile in place of its path: the file may change while the container runs. */
export const withTexts = (words: readonly string[]): string[] =>
	words.map((word) => (word.startsWith("seccomp=") ? `seccomp=${readSecurityOptions([word]).seccomp}` : word));

// A profile is a JSON object.
const isText = (value: string) => value.trimStart().startsWith("{");
