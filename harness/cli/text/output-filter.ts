import { LogCommandRemover } from "../../base/printable.ts";
import { NPX_DRYDOCK } from "./drydock-command.ts";

/**
 * Changes every text that drydock writes to these streams, where that is necessary. In a job's log, the program that
 * keeps the log must not take any text for a command: whoever wrote the text, however it was wrapped, and in whatever
 * pieces it is written. And `npx drydock` becomes what to type for this kit's drydock. Bytes, which a session passes
 * on, stay as they are.
 * @param streams of one process; if they share a log, pieces of both may form one line
 * @param command what to type for drydock here
 */
export function filterOutput(streams: readonly NodeJS.WriteStream[], command: string): void {
	const all = new LogCommandRemover();
	for (const stream of streams) {
		const own = new LogCommandRemover();
		const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
		const guarded = (text: string) => {
			const typed = command === NPX_DRYDOCK ? text : text.replaceAll(NPX_DRYDOCK, command);
			return stream.isTTY ? typed : all.remove(own.remove(typed));
		};
		stream.write = (chunk: unknown, ...rest: unknown[]) =>
			write(typeof chunk === "string" ? guarded(chunk) : chunk, ...rest);
	}
}
