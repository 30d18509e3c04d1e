import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { BoundedEmulator, piecesOf } from "../bounded-emulator.ts";
import type { ShellName, Size } from "../events.ts";
import { KEYS_CHARS_MAX } from "../messages.ts";
import { h } from "./elements.ts";

/**
 * The smallest font size that people can read, in pixels. A terminal that does not fit at this size is wider than the
 * page, and is scrolled.
 */
const FONT_SIZE_MIN = 10;
const DEFAULT_ROWS = 24;
/** CAN and RIS. CAN ends a control sequence that was shown only in part, and RIS resets the terminal. */
const RESET = "\x18\x1bc";

/** One of the two shells, as a terminal on the page. */
export class Shell {
	readonly element: HTMLElement;
	readonly #terminal: Terminal;
	readonly #bounded: BoundedEmulator;
	readonly #fit = new FitAddon();
	readonly #terminalElement: HTMLElement;
	/** How many pieces of output the terminal has not shown yet. */
	#piecesLeft = 0;

	/**
	 * @param onTyped called with what is typed; null on a page that only looks
	 * @param onLeave called when the user wants to leave the terminal
	 */
	constructor(
		readonly name: ShellName,
		onTyped: ((keys: string) => void) | null,
		onLeave: () => void,
	) {
		this.#terminalElement = h("div", { class: "terminal" });
		const attributes = {
			class: `shell shell-${name}`,
			id: `shell-${name}`,
			role: "tabpanel",
			"aria-label": `${name}'s shell`,
		};
		this.element = h("div", attributes, this.#terminalElement);
		this.#terminal = new Terminal({
			fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
			scrollback: 1_000,
			screenReaderMode: true,
			disableStdin: onTyped === null,
			cursorInactiveStyle: "outline",
			// WCAG AA, whatever colours a program chooses.
			minimumContrastRatio: 4.5,
		});
		this.#bounded = new BoundedEmulator(this.#terminal);
		this.#terminal.loadAddon(this.#fit);
		this.#terminal.attachCustomKeyEventHandler(({ type, ctrlKey, key }) => {
			if (!ctrlKey || key !== "]") return true;
			if (type === "keydown") onLeave();
			return false;
		});
		if (onTyped !== null)
			this.#terminal.onData((keys) => {
				for (let at = 0; at < keys.length; at += KEYS_CHARS_MAX) onTyped(keys.slice(at, at + KEYS_CHARS_MAX));
			});
	}

	/** Opens the terminal; to be called when its element is on the page. */
	open(): void {
		this.#terminal.open(this.#terminalElement);
		this.#terminal.textarea?.setAttribute("aria-label", `${this.name}'s shell; Ctrl-] to leave`);
	}

	focus(): void {
		this.#terminal.focus();
	}

	get hasFocus(): boolean {
		return this.#terminalElement.contains(document.activeElement);
	}

	/** Shows more output. While the terminal has not shown all of it, the element has the attribute data-writing. */
	show(data: string): void {
		for (const piece of piecesOf(data)) {
			this.#piecesLeft += 1;
			this.element.toggleAttribute("data-writing", true);
			void this.#bounded.write(piece).finally(() => {
				this.#piecesLeft -= 1;
				this.element.toggleAttribute("data-writing", this.#piecesLeft > 0);
			});
		}
	}

	/** Clears the terminal, then shows this. */
	clearAndShow(data: string): void {
		// The terminal's method reset() would take effect at once, before the output that it still has to show.
		this.show(RESET + data);
	}

	set colors(colors: { background: string; foreground: string; cursor: string }) {
		// xterm's default, a translucent white, can hardly be seen on a light background.
		const scrollbarSliderBackground = `${colors.foreground}22`;
		this.#terminal.options.theme = { ...colors, scrollbarSliderBackground, selectionBackground: "#7aa2f788" };
	}

	/** Sets the font size, in pixels. Returns how many characters fit, 20 × 4 at least; null if this is unknown. */
	charactersThatFit(fontSize: number): Size | null {
		this.#terminal.options.fontSize = fontSize;
		const dimensions = this.#fit.proposeDimensions();
		if (dimensions === undefined || !Number.isFinite(dimensions.cols)) return null;
		return { columns: Math.max(20, dimensions.cols), rows: Math.max(4, dimensions.rows) };
	}

	set size({ columns, rows }: Size) {
		this.#terminal.resize(columns, rows);
		this.#terminal.scrollToBottom();
	}

	/**
	 * Gives the terminal these columns and rows, in the largest font size with which they fit.
	 * @param rows null for as many as fit
	 * @param largest the largest font size, in pixels
	 */
	fitFontTo({ columns, rows }: { columns: number; rows: number | null }, largest: number): void {
		let room = this.charactersThatFit(largest);
		const share = Math.min(1, (room?.columns ?? columns) / columns, (room?.rows ?? 1) / (rows ?? 1));
		for (let size = Math.floor(largest * share) + 1; size >= FONT_SIZE_MIN; size--) {
			room = this.charactersThatFit(Math.min(size, largest));
			if (room === null || (room.columns >= columns && room.rows >= (rows ?? 1))) break;
		}
		this.size = { columns, rows: rows ?? room?.rows ?? DEFAULT_ROWS };
		// While a terminal is hidden, xterm cannot measure characters, and draws them too far apart. This draws them again.
		this.#terminal.refresh(0, this.#terminal.rows - 1);
	}
}
