import { MODES, processesText, terminalText } from "../views/terminal-changes.ts";
import type { ProcessGroup, TerminalPicture, TerminalProcess, TerminalsPicture } from "../views/terminals-picture.ts";
import { type Box, type Drawing, EM, grown } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const MARGIN = 9;
const ROW_GAP = 7;
/** How far a terminal is to the right of its parent: the terminal in whose session a process has this one's master. */
const INDENT = 26;
/** A terminal with more ancestors than this is indented no further. */
const DEPTH_MAX = 3;

/**
 * A frame for each terminal, with its session and the process groups in it. If a process in one terminal's session has
 * the master of another, the other is drawn below the first: what is typed in the first arrives in the other.
 */
export function drawTerminals(picture: TerminalsPicture, sheet: Sheet): Drawing {
	if (picture.terminals.length === 0) sheet.text("empty", [0, 0], "No process has a terminal.", { look: "muted" });
	const frames = new Map<string, Box>();
	let y = 0;
	for (const terminal of picture.terminals) {
		const depth = Math.min(depthOf(terminal, picture.terminals), DEPTH_MAX);
		const pen = new TerminalPen(picture, terminal, sheet, depth * INDENT);
		const frame = pen.draw(y);
		frames.set(terminal.key, frame);
		const parent = terminal.parent === null ? undefined : frames.get(terminal.parent);
		if (parent !== undefined) {
			const [x, middle] = [frame.x - INDENT / 2, frame.y + EM * 1.1];
			const points = [
				[x, parent.y + parent.height],
				[x, middle],
				[frame.x, middle],
			] as const;
			sheet.line(`${terminal.key}.copied`, points, "changed", { arrow: true });
		}
		y = frame.y + frame.height + 12;
	}
	if (picture.latestChange !== "" && picture.changedKey === null)
		sheet.callout(picture.latestChange, { x: 0, y, width: sheet.width }, null);
	return sheet.finish();
}

function depthOf({ parent }: TerminalPicture, all: readonly TerminalPicture[]): number {
	let depth = 0;
	for (let at = parent; at !== null && depth < DEPTH_MAX; depth++)
		at = all.find(({ key }) => key === at)?.parent ?? null;
	return depth;
}

class TerminalPen {
	readonly #x: number;
	readonly #room: number;

	constructor(
		private readonly picture: TerminalsPicture,
		private readonly terminal: TerminalPicture,
		private readonly sheet: Sheet,
		private readonly left: number,
	) {
		this.#x = left + MARGIN;
		this.#room = sheet.width - left - 2 * MARGIN;
	}

	draw(y: number): Box {
		const { sheet, terminal, left } = this;
		const { key, isNew, leader, groups, foreignUsers } = terminal;
		const look = `frame ${terminal.isHosts ? "host" : "container"}${isNew ? " is-changed" : ""}`;
		return sheet.behind(key, look, () => {
			let bottom = this.#head(y + 6);
			if (leader !== null) bottom = this.#text("leader", `Session of ${named(leader)}:`, bottom, { bold: true });
			for (const group of groups) bottom = this.#group(group, bottom);
			if (foreignUsers.length > 0) bottom = this.#foreignUsers(bottom);
			if (key === this.picture.changedKey) {
				const place = { x: this.#x, y: bottom - 3, width: this.#room };
				const callout = sheet.callout(this.picture.latestChange, place, this.#x + 30);
				bottom = callout.y + callout.height + ROW_GAP;
			}
			return { x: left, y, width: sheet.width - left, height: bottom - y + 2 };
		});
	}

	/** Which terminal this is, what it does with keys, and who is at its other end. */
	#head(y: number): number {
		const { file, isHosts, shell, rows, columns, mode, masters } = this.terminal;
		const items: Item[] = [
			{ text: file, code: true, bold: true, tag: true, look: isHosts ? "host" : "container" },
			{ text: shell === null && !isHosts ? "the container's terminal" : terminalText(this.terminal), bold: true },
			...(mode === null
				? []
				: [{ text: mode, size: 0.8, tag: true, bold: true, look: mode === "raw" ? "changed" : "good" }]),
			...(rows === 0 ? [] : [{ text: `${rows} × ${columns}`, size: 0.85, look: "muted" }]),
		];
		const head = this.sheet.flow(`${this.terminal.key}.head`, [this.#x, y], items, this.#room);
		let bottom = head.y + head.height + 3;
		if (mode !== null) bottom = this.#text("mode", `It ${MODES[mode]}.`, bottom);
		const end = masters.length === 0 ? "your window" : masters.map(named).join(", ");
		return this.#text("master", `Other end, the master: ${end}`, bottom) + 3;
	}

	#text(name: string, text: string, y: number, style = {}): number {
		const box = this.sheet.paragraph(`${this.terminal.key}.${name}`, [this.#x, y], text, this.#room, {
			...{ size: 0.85, look: "muted" },
			...style,
		});
		return box.y + box.height + 2;
	}

	#group({ id, processes, isForeground, isNewInForeground }: ProcessGroup, y: number): number {
		const items: Item[] = [
			{ text: processesText(processes), code: true, bold: true },
			{ text: `group ${id}`, size: 0.85, look: "muted" },
			...(isForeground
				? [
						{
							text: this.terminal.mode === "raw" ? "▶ foreground: keys" : "▶ foreground: keys, Ctrl-C",
							short: "▶ foreground",
							size: 0.8,
							tag: true,
							bold: true,
							look: "good",
						},
					]
				: []),
		];
		return this.#card(`group.${id}`, `card${isNewInForeground ? " is-changed" : ""}`, items, y);
	}

	#foreignUsers(y: number): number {
		const items: Item[] = [
			{ text: "⚠ also open in another session:", size: 0.85, bold: true, look: "bad" },
			...this.terminal.foreignUsers.map((one): Item => ({ text: named(one), code: true, bold: true })),
		];
		return this.#card("foreign-users", "card bad", items, y);
	}

	#card(name: string, look: string, items: readonly Item[], y: number): number {
		const key = `${this.terminal.key}.${name}`;
		const card = this.sheet.behind(key, look, () =>
			grown(this.sheet.flow(key, [this.#x + 6, y + 4], items, this.#room - 12), 6, 4),
		);
		return card.y + card.height + ROW_GAP;
	}
}

/** "sh 217", or with the number that the container gives it: "sh 217 (2 inside)". */
const named = ({ name, pid, innerPid }: TerminalProcess) =>
	`${name} ${pid}${innerPid === null ? "" : ` (${innerPid} inside)`}`;
