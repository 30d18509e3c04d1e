import { setMaxListeners } from "node:events";
import { isatty } from "node:tty";
import { EXIT } from "./failure.ts";

/** From the signal on, all of drydock is gone within two seconds. */
const CLEAN_UP_MS = 1_500;

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
			// Whatever does not come to its end is not waited for; the next command removes what it has left.
			setTimeout(() => process.exit(EXIT.interrupted), CLEAN_UP_MS).unref();
		});
	}
	endByHangup();
}

// Node gives its terminals back as it ends, and where one was closed meanwhile it aborts: a crash report, and on some
// systems a core file where the learner works. So what a closed terminal ends, ends by the signal for that.
function endByHangup(): void {
	const terminals = [0, 1, 2].filter((fd) => isatty(fd));
	process.on("exit", () => {
		if (terminals.every((fd) => isatty(fd))) return;
		process.removeAllListeners("SIGHUP");
		process.kill(process.pid, "SIGHUP");
	});
}

/** Rejects as soon as the user interrupts, or `other` is aborted; otherwise settles as `work` does. */
export async function unlessInterrupted<T>(work: Promise<T>, other: AbortSignal = interruption): Promise<T> {
	// When nobody waits for it any more, its failure is nobody's.
	work.catch(() => {});
	const signals = [interruption, other];
	for (const signal of signals) signal.throwIfAborted();
	let stop = (_event: Event) => {};
	const interrupted = new Promise<never>((_, reject) => {
		stop = ({ target }) => reject((target as AbortSignal).reason);
		for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
	});
	try {
		return await Promise.race([work, interrupted]);
	} finally {
		for (const signal of signals) signal.removeEventListener("abort", stop);
	}
}
