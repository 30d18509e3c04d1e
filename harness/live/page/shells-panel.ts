import { type DemoEvent, SHELLS, type ShellName, type Size } from "../events.ts";
import { button, h } from "./elements.ts";
import { Shell } from "./shell.ts";
import { ShellLog } from "./shell-log.ts";

/** A terminal's font sizes in rem: the usual one, and the largest one where it may be larger than usual. */
const FONT_REM = 0.92;
const FONT_REM_MAX = 3;

interface Options {
	/** Called with what is typed; null on a page that only looks. */
	onTyped: ((shell: ShellName, keys: string) => void) | null;
	/** Called when the user wants to leave the terminal. */
	onLeave: () => void;
	/** Called with the shell that the user wants to see. */
	onChoose: (shell: ShellName) => void;
}

/** The demo's shells, one at a time, with a tab for each. */
export class ShellsPanel {
	readonly #element: HTMLElement;
	readonly #tabs = h("div", { class: "tabs shell-tabs", role: "tablist", "aria-label": "Shells" });
	readonly #shells: Record<ShellName, Shell>;
	readonly #logs: Record<ShellName, ShellLog> = { host: new ShellLog(), container: new ShellLog() };
	#shown: ShellName = "host";
	/** The moment whose output is shown; null for now. */
	#atMs: number | null = null;
	/** What the font size was last adapted to. */
	#fitted = "";

	constructor(element: HTMLElement, { onTyped, onLeave, onChoose }: Options) {
		this.#element = element;
		const make = (name: ShellName) => {
			const attributes = {
				role: "tab",
				class: `shell-tab-${name}`,
				"data-shell": name,
				"aria-controls": `shell-${name}`,
			};
			this.#tabs.append(button(`${name}'s shell`, () => onChoose(name), attributes));
			return new Shell(name, onTyped && ((keys) => onTyped(name, keys)), onLeave);
		};
		this.#shells = { host: make("host"), container: make("container") };
		const hint = onTyped !== null && h("small", { class: "leave-hint" }, "Ctrl-] to leave");
		element.replaceChildren(h("div", { class: "shell-head" }, this.#tabs, hint));
		for (const name of SHELLS) {
			element.append(this.#shells[name].element);
			this.#shells[name].open();
		}
	}

	get hasFocus(): boolean {
		return this.#shells[this.#shown].hasFocus;
	}

	focus(): void {
		this.#shells[this.#shown].focus();
	}

	/** Forgets everything. */
	clear(): void {
		for (const name of SHELLS) this.#restart(name, "");
	}

	apply(event: DemoEvent): void {
		if (event.type === "screen") this.#restart(event.shell, event.data);
		if (event.type !== "output") return;
		this.#logs[event.shell].add(event.atMs, event.data);
		if (this.#atMs === null) this.#shells[event.shell].show(event.data);
	}

	/**
	 * Shows one of the shells that the demo uses.
	 * @param used the shells that the demo uses; only they have a tab
	 * @param atMs the moment whose output is shown; null for now
	 */
	show(shell: ShellName, used: readonly ShellName[], atMs: number | null): void {
		this.#shown = shell;
		for (const name of SHELLS) this.#shells[name].element.hidden = name !== shell;
		for (const tab of this.#tabs.querySelectorAll("button")) {
			tab.hidden = !used.some((name) => name === tab.dataset["shell"]);
			tab.setAttribute("aria-selected", String(tab.dataset["shell"] === shell));
		}
		if (atMs === this.#atMs) return;
		this.#atMs = atMs;
		for (const name of SHELLS) this.#shells[name].clearAndShow(this.#logs[name].at(atMs));
	}

	set colors(colors: Shell["colors"]) {
		for (const name of SHELLS) this.#shells[name].colors = colors;
	}

	/** How many characters fit in the usual font size; null while no shell is on the page, or if this is unknown. */
	get room(): Size | null {
		if (!this.#isOnPage) return null;
		this.#fitted = "";
		return this.#shells[this.#shown].charactersThatFit(fontSize(FONT_REM));
	}

	/**
	 * Gives the shell that is shown its columns and rows, in the largest font size with which they fit.
	 * @param size the size that all pages share. `rows` is null for as many as fit
	 * @param usualAtMost whether the usual font size is the largest one that is allowed
	 */
	fit(size: { columns: number; rows: number | null }, usualAtMost: boolean): void {
		if (!this.#isOnPage) {
			this.#fitted = "";
			return;
		}
		const largest = fontSize(usualAtMost ? FONT_REM : FONT_REM_MAX);
		const { clientWidth, clientHeight } = this.#element;
		const fitted = [this.#shown, size.columns, size.rows, largest, clientWidth, clientHeight].join();
		// Measuring a terminal is slow.
		if (fitted !== this.#fitted) this.#shells[this.#shown].fitFontTo(size, largest);
		this.#fitted = fitted;
	}

	get #isOnPage(): boolean {
		return this.#element.clientHeight > 0;
	}

	#restart(name: ShellName, data: string): void {
		this.#logs[name].restart(data);
		this.#shells[name].clearAndShow(data);
	}
}

const fontSize = (rem: number) =>
	Math.round(rem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
