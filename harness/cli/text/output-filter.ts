import { LogCommandRemover } from "../../base/printable.ts";
import { NPX_DRYDOCK } from "./drydock-command.ts";

/**
 * Changes the texts that drydock writes to these streams. The program that keeps a job's log must not take any part of
 * a text for a command, whoever wrote the text and however it is wrapped or cut. `npx drydock` becomes the command that
 * runs this kit's drydock. Bytes that a session passes on stay as they are.
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
