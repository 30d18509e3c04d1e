import { readFileSync } from "node:fs";

/** What --security-opt asks for. */
export interface SecurityOptions {
	/** Whether execve(2) gives no program more privileges than its caller has. */
	noNewPrivileges: boolean;
	/** The text of a seccomp profile; `unconfined`: no filter; undefined if nothing is asked for. */
	seccomp: string | undefined;
}

/**
 * Reads the values of --security-opt. Later ones replace earlier ones.
 * @throws {Error} a value that this engine does not know, or a file that cannot be read
 */
export function readSecurityOptions(values: readonly string[]): SecurityOptions {
	const options: SecurityOptions = { noNewPrivileges: false, seccomp: undefined };
	for (const value of values) {
		const [, profile] = /^seccomp[=:](.+)$/s.exec(value) ?? [];
		if (profile !== undefined) options.seccomp = textOf(profile);
		else {
			const [, setting = "true"] = /^no-new-privileges(?:[:=](true|false))?$/.exec(value) ?? unknown(value);
			options.noNewPrivileges = setting === "true";
		}
	}
	return options;
}

/** Puts the text of a profile in place of its path: the file may change while the container runs. */
export const withTexts = (values: readonly string[]): string[] =>
	values.map((value) => value.replace(/^seccomp[=:](.+)$/s, (_, profile: string) => `seccomp=${textOf(profile)}`));

// A profile is a JSON object, so a text begins with a brace.
const textOf = (profile: string) =>
	profile === "unconfined" || profile.trimStart().startsWith("{") ? profile : readFileSync(profile, "utf8");

function unknown(value: string): never {
	throw new Error(`--security-opt ${value}: the values are no-new-privileges, seccomp=FILE and seccomp=unconfined`);
}
