import type { ProcessOutput } from "zx/core";
import { Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { zx } from "../../base/zx.ts";
import { PATH_WITH_SBIN } from "../computer/search-path.ts";

/**
 * Runs a program that builds, packs or fetches a part of the image.
 * @param onLine gets lines of the program's standard error, for showing progress
 * @param env variables in addition to this process's own
 * @throws {Failure} the program is missing or failed, or there is no room or no network
 */
export async function runTool(
	program: string,
	args: string[],
	onLine: (line: string) => void = () => {},
	env: Record<string, string> = {},
): Promise<void> {
	const $ = await zx();
	const child = $({
		nothrow: true,
		signal: interruption,
		env: { ...process.env, PATH: PATH_WITH_SBIN, ...env },
	})`${program} ${args}`;
	child.stderr.on("data", (chunk: Buffer) => {
		const line = chunk.toString().trim().split("\n").pop();
		if (line) onLine(line);
	});
	const output = await child;
	interruption.throwIfAborted();
	if (!output.ok) throw failureFor(program, output);
}

function failureFor(program: string, output: ProcessOutput): Failure {
	const lines = output.stderr.trim().split("\n");
	const errors = lines.filter((line) => /^(E|error|fatal)\b/i.test(line)).slice(0, 3);
	const message = (errors.length > 0 ? errors : lines.slice(-4)).join("\n");
	const cause = { cause: output };
	if (output.exitCode === 127)
		return new Failure("unsupported", `${program} is not installed`, "npx drydock doctor", cause);
	if (/No space left on device|ENOSPC/.test(output.stderr))
		return new Failure("unsupported", `a disk is full\n${message}`, "make room, and repeat the command", cause);
	if (
		/Could not resolve|Temporary failure|Failed to fetch|Unable to connect|ENOTFOUND|ECONNREFUSED|EAI_AGAIN/i.test(
			output.stderr,
		)
	)
		return new Failure(
			"unsupported",
			`the network or a server cannot be reached\n${message}`,
			"repeat the command when the network is back (finished downloads are kept), or import an image: npx drydock image import FILE",
			cause,
		);
	return new Failure("failed", `${program} failed (exit ${output.exitCode})\n${message}`, undefined, cause);
}
