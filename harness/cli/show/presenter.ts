import { Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import type { DemoPlayer } from "../../live/demo-player.ts";
import { type DemoEvent, SHELLS, type ShellName } from "../../live/events.ts";
import { FullScreen } from "./full-screen.ts";
import { KEY_HELP, MOVES, type Move } from "./presenter-keys.ts";
import { NOTHING_CHOSEN, type PresenterChoices, Slides } from "./slides.ts";

/** After a change, the page is painted within this time, together with all changes until then. */
const FRAME_MS = 33;
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_Z = "\x1a";
/** The terminal sends this for Shift and Tab. */
const SHIFT_TAB = "\x1b[Z";
const ESCAPE = "\x1b";
const CTRL_RIGHT_BRACKET = "\x1d";
/** The first key of what was typed. An arrow key and the like consist of several characters. */
const ONE_KEY = new RegExp(`^(?:${ESCAPE}(?:\\[[\\d;]*[@-~]|O[@-~])?|.)`, "su");

/** Shows a demo on this process's terminal, and does what the presenter's keys say. */
export class Presenter {
	readonly slides: Slides;
	readonly #screen: FullScreen;
	readonly #choices: { -readonly [K in keyof PresenterChoices]: PresenterChoices[K] } = { ...NOTHING_CHOSEN };
	/** Resolves when the demo is open. What a key does with the demo waits for this. */
	#player: Promise<DemoPlayer> = new Promise(() => {});
	/** The digits of the step's number that is being typed; null while none is. */
	#stepDigits: string | null = null;
	/** The last key asked to quit. If the next key asks again, the presentation ends. */
	#isAskedToQuit = false;
	#repaintTimer: NodeJS.Timeout | undefined;
	/** The presentation is over: nothing is painted any more. */
	#isOver = false;
	/** Ends the presentation: normally, or with an error that `present` throws. */
	#end!: { resolve(): void; reject(error: unknown): void };

	constructor(color: boolean) {
		this.#screen = new FullScreen(
			(keys) => this.#onKeys(keys),
			() => this.#end.resolve(),
			() => this.#resize(),
		);
		this.slides = new Slides(Slides.shellSize(this.#screen.size), color);
	}

	get shellSize() {
		return Slides.shellSize(this.#screen.size);
	}

	/** Updates the slides with an event, and repaints soon. */
	readonly onEvent = async (event: DemoEvent): Promise<void> => {
		await this.slides.apply(event);
		if (!this.#isOver) this.#paint();
	};

	/** Says what is being done, until the demo is open. */
	readonly say = (what: string): void => {
		this.#choices.opening = what;
		this.#paint();
	};

	/** Presents the demo that `open` opens, until the presenter quits. */
	async present(open: () => Promise<DemoPlayer>): Promise<void> {
		const ended = new Promise<void>((resolve, reject) => {
			this.#end = { resolve, reject };
		});
		ended.catch(() => {});
		interruption.addEventListener("abort", () => this.#end.reject(interruption.reason));
		this.#screen.open();
		this.#paint();
		const opening = open();
		opening.catch(() => {});
		this.#player = opening;
		let player: DemoPlayer | undefined;
		try {
			player = (await Promise.race([opening, ended])) ?? undefined;
			if (player === undefined) return;
			this.#choices.isRecording = !player.takesKeys;
			if (!player.takesKeys) this.#choices.typing = null;
			this.#resize();
			await Promise.race([ended, player.failed]);
		} finally {
			this.#isOver = true;
			clearTimeout(this.#repaintTimer);
			this.#screen.close();
			this.slides.close();
			await player?.close();
		}
	}

	// Keys that are typed fast may arrive as one piece.
	#onKeys(keys: string): void {
		const { typing } = this.#choices;
		if (typing === null) {
			const [key = ""] = ONE_KEY.exec(keys) ?? [];
			this.#press(key);
			if (key !== "" && keys.length > key.length) this.#onKeys(keys.slice(key.length));
		} else if (keys === ESCAPE) this.#choices.typing = null;
		else {
			const [typed = "", ...rest] = keys.split(CTRL_RIGHT_BRACKET);
			if (typed !== "") this.#act((player) => player.type(typing, typed));
			if (rest.length > 0) this.#choices.typing = null;
			if (rest.some((part) => part !== "")) this.#onKeys(rest.join(CTRL_RIGHT_BRACKET));
		}
		this.#paint();
	}

	#press(key: string): void {
		this.#choices.message = "";
		const isAskedToQuit = this.#isAskedToQuit;
		this.#isAskedToQuit = false;
		const wasHelp = this.#choices.help !== null;
		this.#choices.help = null;
		if (this.#stepDigits !== null || key === "g" || /^\d$/.test(key)) this.#typeStepNumber(key);
		else if (key === CTRL_C) process.kill(process.pid, "SIGINT");
		else if (key === CTRL_Z) this.#screen.stop();
		else if (key === "q" || key === CTRL_D) isAskedToQuit ? this.#end.resolve() : this.#askToQuit();
		else if (key === "?" && !wasHelp) this.#choices.help = KEY_HELP;
		else if (key === "p") this.#toggleNote();
		else if (key === "\t") this.#typeInto(this.slides.stage);
		else if (key === SHIFT_TAB) this.#typeInto(SHELLS.find((shell) => shell !== this.slides.stage) ?? "host");
		else this.#move(MOVES.get(key));
	}

	#askToQuit(): void {
		this.#isAskedToQuit = true;
		this.#choices.message = "Quit the demo? q quits, any other key goes on";
	}

	#toggleNote(): void {
		if (this.slides.hasNote) this.#choices.note = !this.#choices.note;
		else this.#choices.message = "There is no note on this step";
	}

	#typeInto(shell: ShellName): void {
		if (this.#choices.isRecording) this.#choices.message = "This is a recording: its shells take no keys";
		else this.#choices.typing = shell;
	}

	#move(to: Move | undefined): void {
		if (to !== undefined) this.#act((player) => player[to]());
	}

	#typeStepNumber(key: string): void {
		const digits = this.#stepDigits ?? "";
		this.#stepDigits = /^\d$/.test(key) ? digits + key : key === "\x7f" ? digits.slice(0, -1) : digits;
		if (key === "\r" || key === ESCAPE) {
			this.#stepDigits = null;
			const step = Number(digits);
			if (key === "\r" && step >= 1) this.#act((player) => player.jump(step));
		}
		this.#choices.message =
			this.#stepDigits === null ? "" : `go to step: ${this.#stepDigits}_  (1 to ${this.slides.steps}, then Enter)`;
	}

	#act(act: (player: DemoPlayer) => Promise<void>): void {
		this.#player.then(act).catch((error: unknown) => {
			if (!(error instanceof Failure)) return this.#end.reject(error);
			this.#choices.message = error.message;
			this.#paint();
		});
	}

	#resize(): void {
		const size = this.shellSize;
		for (const shell of SHELLS) this.#act((player) => player.resize(shell, size));
		this.#paint();
	}

	#paint(): void {
		this.#repaintTimer ??= setTimeout(() => {
			this.#repaintTimer = undefined;
			const { lines, cursor } = this.slides.paint(this.#screen.size, this.#choices);
			this.#screen.show(lines, cursor);
		}, FRAME_MS);
	}
}
