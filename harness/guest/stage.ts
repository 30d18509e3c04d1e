import { setTimeout as sleep } from "node:timers/promises";
import type { GuestFrame, Stage, StageFrame, WindowSize } from "../protocol/index.ts";
import { startOnTerminal, type TerminalProgram } from "./interlocutor.ts";
import { prepare, wake } from "./prepare.ts";
import type { Line } from "./session.ts";
import { Watcher } from "./watcher.ts";

/** Before a shell that has ended is started again. */
const RESTART_MS = 200;

/** Lets the stage's shells talk with the host, and says what the kernel shows meanwhile, until the machine ends. */
export async function holdStage(stage: Stage, line: Line<StageFrame>): Promise<void> {
	const { nonce } = stage;
	wake(stage);
	for (const preparation of stage.prepare) await prepare(preparation);
	const stillness = new Stillness();
	const say = async (frame: GuestFrame) => {
		await stillness.ended();
		return line.say(frame);
	};
	const shells = new Map(Object.entries(stage.shells).map(([name, shell]) => [name, new Shell(shell)]));
	const watcher = new Watcher(stage.readings, shells, (seen) => say({ type: "view", nonce, ...seen }));
	for (const [shell, { run }] of shells)
		void run({
			printed: (data) => {
				watcher.stir();
				return say({ type: "printed", nonce, shell, data: data.toString("base64") });
			},
			left: () => say({ type: "left", nonce, shell }),
		});
	void watcher.run();

	for await (const frame of line.hear()) {
		if (frame.type === "still") {
			// What is shown with the moment that is kept is what was so then; and nobody waits for it until it is kept.
			await watcher.look();
			stillness.begin();
			await line.say({ type: "still", nonce });
		}
		if (frame.type === "move") {
			wake({ ...stage, ...frame });
			stillness.end();
			watcher.tellAgain();
		}
		if (frame.type === "input") shells.get(frame.shell)?.input(Buffer.from(frame.data, "base64"));
		if (frame.type === "resize") shells.get(frame.shell)?.resize(frame.window);
	}
}

/** While it lasts nothing is said: a copy of the machine is made, which must not hold half a frame. */
class Stillness {
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

	// Whoever goes on does so in the same turn in which it has seen that there is none.
	async ended(): Promise<void> {
		while (this.#over !== null) await this.#over;
	}
}

/** One of the stage's shells, as often as it is started. */
class Shell {
	/** Of the program that runs now, as the harbour numbers it. */
	pid: number | null = null;
	#program: TerminalProgram | null = null;
	#window: WindowSize;
	#typed = Promise.resolve();

	constructor(private readonly start: Stage["shells"][string]) {
		this.#window = start.window;
	}

	readonly run = async (say: { printed(data: Buffer): Promise<void>; left(): Promise<void> }): Promise<never> => {
		for (;;) {
			const program = startOnTerminal(this.start, this.#window);
			this.#program = program;
			void program.pid.then((pid) => {
				this.pid = pid;
			});
			for (const { chunks } of program.outputs) for await (const chunk of chunks) await say.printed(chunk);
			await program.ended;
			this.pid = null;
			await say.left();
			await sleep(RESTART_MS);
		}
	};

	// Not waited for: a program that does not read what is typed must not keep the host from being heard.
	input(data: Buffer): void {
		this.#typed = this.#typed.then(() => this.#program?.input(data)).catch(() => {});
	}

	resize(window: WindowSize): void {
		this.#window = window;
		this.#program?.resize(window);
	}
}
