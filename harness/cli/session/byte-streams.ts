import type { SessionStreams } from "./session-streams.ts";

/** The exit code of a program that writes to a pipe without a reader: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

/** This process's standard streams, byte for byte. */
export function byteStreams(): SessionStreams {
	const endedByUser = new Promise<number>((resolve) => {
		for (const stream of [process.stdout, process.stderr]) stream.on("error", () => resolve(BROKEN_PIPE));
	});
	return {
		window: null,
		endedByUser,
		started: async ({ input }) => {
			try {
				for await (const chunk of process.stdin) await input(chunk as Buffer);
				await input(Buffer.alloc(0));
			} catch {
				// The input was closed: the session is over.
			}
		},
		output: (stream, data) =>
			new Promise((resolve) => {
				process[stream].write(data, () => resolve());
			}),
		close: () => void process.stdin.destroy(),
	};
}
