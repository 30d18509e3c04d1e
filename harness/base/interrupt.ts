import { setMaxListeners } from "node:events";
import { isatty } from "node:tty";
import { EXIT } from "./failure.ts";

/**
 * How long cleaning up may take. Two seconds after the signal, all processes of drydock must have ended. Cleaning up
 * gets the first second: on a busy computer, the processes need most of the second one to end.
 */
const CLEAN_UP_MS = 1_000;

const controller = new AbortController();
// Each piece of work adds a listener and removes it when the work is done: many listeners are not a leak.
setMaxListeners(0, controller.signal);

/**
 * Aborted when the user has asked the whole command to stop (Ctrl-C, SIGTERM, a closed terminal), or when the npm that
 * started drydock has ended.
 */
export const interruption: AbortSignal = controller.signal;

/**
 * Makes Ctrl-C, SIGTERM and SIGHUP stop the command in good order: {@link interruption} is aborted, all work cleans up
 * and throws, and the command ends with exit code 130. A second signal ends the command at once.
 */
export function stopInGoodOrder(): void {
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted) process.exit(EXIT.interrupted);
			stop();
		});
	}
	// harness/cli/launch/follow-npm.cjs emits this event. It does not count as a second signal: the first one may have ended
	// npm, too.
	(process as NodeJS.EventEmitter).on("npmEnded", () => {
		if (!controller.signal.aborted) stop();
	});
	endByHangupIfTerminalClosed();
}

function stop(): void {
	controller.abort(new Error("interrupted"));
	// Work that has not ended by then is abandoned. The next command removes what the work has left.
	setTimeout(() => process.exit(EXIT.interrupted), CLEAN_UP_MS).unref();
}

// Node resets its terminals when it exits. If one was closed meanwhile, Node aborts: it prints a crash report, and on
// some systems writes a core file into the learner's folder. So if a terminal was closed, this process kills itself
// with SIGHUP.
function endByHangupIfTerminalClosed(): void {
	const terminals = [0, 1, 2].filter((fd) => isatty(fd));
	process.on("exit", () => {
		if (terminals.every((fd) => isatty(fd))) return;
		process.removeAllListeners("SIGHUP");
		process.kill(process.pid, "SIGHUP");
	});
}

/** Rejects as soon as the user interrupts, or `other` is aborted; otherwise settles as `work` does. */
export async function unlessInterrupted<T>(work: Promise<T>, other: AbortSignal = interruption): Promise<T> {
	// After an interruption, nobody awaits `work`: its failure must not count as unhandled.
	work.catch(() => {});
	const signals = [interruption, other];
	for (const signal of signals) signal.throwIfAborted();
	let onAbort = (_event: Event) => {};
	const interrupted = new Promise<never>((_, reject) => {
		onAbort = ({ target }) => reject((target as AbortSignal).reason);
		for (const signal of signals) signal.addEventListener("abort", onAbort, { once: true });
	});
	try {
		return await Promise.race([work, interrupted]);
	} finally {
		for (const signal of signals) signal.removeEventListener("abort", onAbort);
	}
}
