import { setMaxListeners } from "node:events";
import { EXIT } from "./failure.ts";

const controller = new AbortController();
// Everything that is under way listens, and each stops listening when it is done: many listeners are no leak.
setMaxListeners(0, controller.signal);

/** Aborted when the user has asked the whole command to stop (Ctrl-C, SIGTERM, a closed terminal). */
export const interruption: AbortSignal = controller.signal;

/**
 * Makes Ctrl-C, SIGTERM and SIGHUP stop the work in good order: {@link interruption} is aborted, whoever works cleans
 * up and throws, and the command ends with exit code 130. A second Ctrl-C does not wait.
 */
export function stopInGoodOrder(): void {
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted) process.exit(EXIT.interrupted);
			controller.abort(new Error("interrupted"));
		});
	}
}

/** Rejects as soon as the user interrupts, otherwise settles as `work` does. */
export async function unlessInterrupted<T>(work: Promise<T>): Promise<T> {
	// What then becomes of the work is nobody's business any more.
	work.catch(() => {});
	interruption.throwIfAborted();
	let stop = () => {};
	const interrupted = new Promise<never>((_, reject) => {
		stop = () => reject(interruption.reason);
		interruption.addEventListener("abort", stop, { once: true });
	});
	try {
		return await Promise.race([work, interrupted]);
	} finally {
		interruption.removeEventListener("abort", stop);
	}
}
