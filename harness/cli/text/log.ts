import { Pieces } from "../../base/printable.ts";
import { NPX } from "./typed.ts";

/**
 * Looks at every text once more as drydock writes it. In a job's log, nothing of it is taken for a command by the program
 * that keeps the log, whoever wrote it, however it was wrapped, and in whatever pieces it comes. And what is to be typed is
 * this kit's drydock. Bytes, as a session passes on, are left as they are.
 * @param streams of one process; where they share a log, their lines may have become one
 * @param command what to type for drydock here
 */
export function guardLog(streams: readonly NodeJS.WriteStream[], command: string): void {
	const all = new Pieces();
	for (const stream of streams) {
		const own = new Pieces();
		const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
		const guarded = (text: string) => {
			const typed = command === NPX ? text : text.replaceAll(NPX, command);
			return stream.isTTY ? typed : all.withoutCommands(own.withoutCommands(typed));
		};
		stream.write = (chunk: unknown, ...rest: unknown[]) =>
			write(typeof chunk === "string" ? guarded(chunk) : chunk, ...rest);
	}
}
