import { withoutCommands } from "../printable.ts";

/**
 * Makes sure that whatever drydock writes into a job's log gives no command to the program that keeps it: whoever wrote it,
 * and however it was wrapped. Bytes, as a session passes on, are left as they are; so is what goes to a terminal.
 */
export function guardLog(stream: NodeJS.WriteStream): void {
	if (stream.isTTY) return;
	const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
	stream.write = (chunk: unknown, ...rest: unknown[]) =>
		write(typeof chunk === "string" ? withoutCommands(chunk) : chunk, ...rest);
}
