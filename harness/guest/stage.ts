import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame, Stage, StageFrame, WindowSize } from "../protocol/index.ts";
import { prepare, setUpRestoredMachine } from "./prepare.ts";
import { startOnTerminal, type TerminalProgram } from "./running-program.ts";
import type { HostConnection } from "./session.ts";
import { StageWatcher } from "./stage-watcher.ts";

/** The pause before a shell that has ended is started again. */
const RESTART_MS = 200;

/** Connects the stage's shells with the computer outside, and reports what the kernel shows, until the machine ends. */
export async function holdStage(stage: Stage, connection: HostConnection<StageFrame>): Promise<void> {
	const { nonce } = stage;
	setUpRestoredMachine(stage);
	for (const preparation of stage.prepare) await prepare(preparation);
	const pause = new SendingPause();
	const send = async (frame: GuestFrame) => {
		await pause.untilOver();
		return connection.send(frame);
	};
	const shells = new Map(Object.entries(stage.shells).map(([name, shell]) => [name, new Shell(shell)]));
	const watcher = new StageWatcher(stage.readings, shells, (seen) => send({ type: "view", nonce, ...seen }));
	for (const [shell, { run }] of shells)
		void run({
			printed: (data) => {
				watcher.trigger();
				return send({ type: "printed", nonce, shell, data: data.toString("base64") });
			},
			ended: () => send({ type: "shellEnded", nonce, shell }),
		});
	void watcher.run();

	for await (const frame of connection.receive()) {
		if (frame.type === "pauseSending") {
			// Report the current state before the save, because the live page shows this state together with the saved
			// moment. Otherwise, the state would come only after the save.
			await watcher.readAndSend();
			pause.begin();
			await connection.send({ type: "sendingPaused", nonce });
		}
		if (frame.type === "resumeSending") {
			setUpRestoredMachine({ ...stage, ...frame });
			pause.end();
			watcher.sendAgain();
		}
		if (frame.type === "input") shells.get(frame.shell)?.input(Buffer.from(frame.data, "base64"));
		if (frame.type === "resize") shells.get(frame.shell)?.resize(frame.window);
	}
}

/**
 * While a pause lasts, the agent sends nothing: the computer outside is saving the machine, and the saved machine
 * must not have sent half a frame.
 */
class SendingPause {
	#over: Promise<void> | null = null;
	#end = () => {};

	begin(): void {
		this.#over ??= new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	end(): void {
		this.#over = null;
		this.#end();
	}

	// Looks again after each wait, because a new pause may have begun.
	async untilOver(): Promise<void> {
		while (this.#over !== null) await this.#over;
	}
}

/** One of the stage's shells. It is started again whenever it ends. */
class Shell {
	/** The pid of the running program, in the harbour's PID namespace; null while none runs. */
	pid: number | null = null;
	#program: TerminalProgram | null = null;
	#window: WindowSize;
	#typed = Promise.resolve();

	constructor(private readonly start: Stage["shells"][string]) {
		this.#window = start.window;
	}

	readonly run = async (report: { printed(data: Buffer): Promise<void>; ended(): Promise<void> }): Promise<never> => {
		for (;;) {
			const program = startOnTerminal(this.start, this.#window);
			this.#program = program;
			void program.pid.then((pid) => {
				this.pid = pid;
			});
			for (const { chunks } of program.outputs) for await (const chunk of chunks) await report.printed(chunk);
			await program.ended;
			this.pid = null;
			await report.ended();
			await sleep(RESTART_MS);
		}
	};

	// Does not wait for the program: the agent must receive frames even while a program does not read its input.
	input(data: Buffer): void {
		this.#typed = this.#typed.then(() => this.#program?.input(data)).catch(() => {});
	}

	resize(window: WindowSize): void {
		this.#window = window;
		this.#program?.resize(window);
	}
}
