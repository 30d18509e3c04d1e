import { withoutCommands } from "../printable.ts";
import { NPX } from "./typed.ts";

/**
 * Looks at every text once more as drydock writes it. In a job's log, nothing of it is taken for a command by the program
 * that keeps the log, whoever wrote it and however it was wrapped. And what is to be typed is this kit's drydock. Bytes, as a
 * session passes on, are left as they are.
 * @param command what to type for drydock here
 */
export function guardLog(stream: NodeJS.WriteStream, command: string): void {
	const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
	const guarded = (text: string) => {
		const typed = command === NPX ? text : text.replaceAll(NPX, command);
		return stream.isTTY ? typed : withoutCommands(typed);
	};
	stream.write = (chunk: unknown, ...rest: unknown[]) =>
		write(typeof chunk === "string" ? guarded(chunk) : chunk, ...rest);
}
