import { setMaxListeners } from "node:events";
import { isatty } from "node:tty";
import { EXIT } from "./failure.ts";

/** From the signal on, all of drydock is gone within two seconds: the rest is for the processes to end on a busy computer. */
const CLEAN_UP_MS = 1_000;
/** How often to look whether npm is still there. */
const LOOK_MS = 200;

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
			stop();
		});
	}
	stopWithNpm();
	endByHangup();
}

function stop(): void {
	controller.abort(new Error("interrupted"));
	// Whatever does not come to its end is not waited for; the next command removes what it has left.
	setTimeout(() => process.exit(EXIT.interrupted), CLEAN_UP_MS).unref();
}

// npx ends by a signal and passes it on to a shell at most, which ends by it, too: drydock hears nothing, and would go on
// without anybody who waits for it. Without npm, whoever has started it may end before it, as with nohup(1).
function stopWithNpm(): void {
	if (process.env["npm_command"] === undefined) return;
	const { ppid: parent } = process;
	const timer = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(timer);
		if (!controller.signal.aborted) stop();
	}, LOOK_MS);
	timer.unref();
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
