/** What --security-opt asks for. */
export interface SecurityOptions {
	/** Whether execve(2) gives no program more privileges than its caller has. */
	noNewPrivileges: boolean;
}

/**
 * Reads the values of --security-opt.
 * @throws {Error} a value that this engine does not know
 */
export function readSecurityOptions(values: readonly string[]): SecurityOptions {
	const options: SecurityOptions = { noNewPrivileges: false };
	for (const value of values) {
		const [, setting = "true"] = /^no-new-privileges(?:[:=](true|false))?$/.exec(value) ?? unknown(value);
		options.noNewPrivileges = setting === "true";
	}
	return options;
}

function unknown(value: string): never {
	throw new Error(`--security-opt ${value}: the only value is no-new-privileges`);
}
