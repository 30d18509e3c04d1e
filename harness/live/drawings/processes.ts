import { listed, theShell } from "../views/phrases.ts";
import type { ProcessesPicture, ProcessRow } from "../views/processes.ts";
import { type Box, type Drawing, EM, grown } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

/** How far a child is to the right of its parent, if there is room for the cards. */
const INDENT = 26;
const INDENT_MIN = 6;
/** How far the line to a card's children is to the right of the card's left edge. */
const BRANCH = 12;
const CARD_WIDTH = 130;
const CARD_MARGIN = 6;
const ROW_GAP = 7;
const FRAME_MARGIN = 10;
const FRAME_TITLE = 24;
/** The room on the right: with lines to lost parents, and without. */
const RIGHT = { lost: 26, none: 6 };
const ROWS_MAX = 24;

/**
 * The tree of processes: each one a card, with a line from its parent. A PID namespace is a frame around its processes.
 * A card shows the pid inside its frame. The pids on the host are at the left edge, outside of all frames.
 */
export function drawProcesses(picture: ProcessesPicture, sheet: Sheet): Drawing {
	const pen = new ProcessPen(picture, sheet);
	let y = pen.heading();
	const tops = picture.rows.filter(({ parent }) => parent === null);
	for (const row of tops) y = pen.subtree(row, 0, y);
	pen.footer(y);
	return sheet.finish();
}

class ProcessPen {
	readonly #cards = new Map<string, Box>();
	/** The callout, once it is drawn. No line from a card to one of its children runs through it. */
	#callout: Box | null = null;
	/** The width of the left edge, where the pids on the host are. */
	readonly #gutter: number;
	/** The room on the right; see {@link RIGHT}. */
	readonly #right: number;
	/** The left edge of the innermost frame. */
	#frameLeft: number;
	readonly #rows: readonly ProcessRow[];

	constructor(
		private readonly picture: ProcessesPicture,
		private readonly sheet: Sheet,
	) {
		this.#rows = picture.rows.slice(0, ROWS_MAX);
		const widths = this.#rows.map((row) => sheet.widthOf(hostNumber(row), { code: true, bold: true }));
		this.#gutter = Math.max(sheet.widthOf("on host", { size: 0.85 }), ...widths) + 14;
		this.#frameLeft = this.#gutter;
		this.#right = this.#rows.some(({ lostParent }) => lostParent !== null) ? RIGHT.lost : RIGHT.none;
	}

	heading(): number {
		this.sheet.text("host-pids", [0, 0], "on host", { size: 0.85, look: "host" });
		const x = this.#gutter + 6;
		const shown = this.sheet.paragraph("title", [x, 0], "Processes, each below its parent", this.sheet.width - x, {
			size: 0.85,
			look: "muted",
		});
		return shown.y + shown.height + 6;
	}

	/** Draws a process and what is below it, and returns where the next one may begin. */
	subtree(row: ProcessRow, parentLevel: number, y: number): number {
		if (row.level <= parentLevel || this.#rows.indexOf(row) < 0) return this.#row(row, y);
		const x = this.#x(row) - FRAME_MARGIN;
		const right = this.sheet.width - this.#right + FRAME_MARGIN - 4 * row.level;
		let bottom = y;
		const outer = this.#frameLeft;
		this.#frameLeft = x;
		this.sheet.behind(`frame.${row.key}`, `frame pid${row.change === "ended" ? " gone" : ""}`, () => {
			const room = right - x - 2 * FRAME_MARGIN;
			const ended = row.change === "ended" ? ", gone" : "";
			const titles = [`PID namespace${ended}: numbers of its own`, `PID namespace${ended}`, `PIDs${ended}`];
			const title = this.sheet.fitOne(titles, room, { size: 0.85, bold: true });
			this.sheet.text(`frame.${row.key}.title`, [x + FRAME_MARGIN, y + 4], title, {
				size: 0.85,
				bold: true,
				look: "pid",
			});
			bottom = this.#row(row, y + FRAME_TITLE + 2);
			return { x, y, width: right - x, height: bottom - y };
		});
		this.#frameLeft = outer;
		return bottom + ROW_GAP;
	}

	footer(y: number): void {
		const { rows, unchanged } = this.picture;
		const hidden = rows.length - this.#rows.length;
		const names = [...new Set(unchanged)].map((name) => {
			const times = unchanged.filter((other) => other === name).length;
			return times === 1 ? name : `${name} × ${times}`;
		});
		const texts = [hidden > 0 && `and ${hidden} more`, names.length > 0 && `there all the time: ${listed(names)}`];
		const text = texts.filter((one) => one !== false).join("; ");
		const style = { size: 0.85, look: "muted" };
		if (text !== "")
			this.sheet.paragraph("footer", [this.#gutter + 6, y + 2], text, this.sheet.width - this.#gutter - 6, style);
	}

	#x({ depth, level }: ProcessRow): number {
		const deepest = Math.max(1, ...this.#rows.map((row) => row.depth));
		const room = this.sheet.width - this.#gutter - this.#right - CARD_WIDTH;
		const indent = Math.min(INDENT, Math.max(INDENT_MIN, room / deepest));
		return this.#gutter + 6 + Math.min(depth * indent, Math.max(0, this.sheet.width * 0.4)) + level * FRAME_MARGIN;
	}

	#row(row: ProcessRow, y: number): number {
		const { sheet } = this;
		const x = this.#x(row);
		const room = sheet.width - this.#right - x - 8 * row.level;
		const look = [
			"card",
			row.ofShell ?? "",
			row.change === "ended" ? "gone" : "",
			row.change === "new" ? "is-changed" : "",
		];
		const card = sheet.behind(row.key, look.filter(Boolean).join(" "), () =>
			grown(sheet.flow(row.key, [x + CARD_MARGIN, y + 4], itemsOf(row), room - 2 * CARD_MARGIN), CARD_MARGIN, 4),
		);
		this.#cards.set(row.key, card);
		this.#number(row, card);
		this.#lines(row, card);
		let bottom = card.y + card.height + ROW_GAP;
		if (row.key === this.picture.changedRow) {
			// On a phone, the sentence is as wide as the frame.
			const isNarrow = room - INDENT < CARD_WIDTH;
			const left = isNarrow ? this.#frameLeft + 4 : x + INDENT;
			const right = x + room + (isNarrow && row.level > 0 ? FRAME_MARGIN - 2 : 0);
			const place = { x: left, y: bottom - 4, width: right - left };
			const callout = sheet.callout(this.picture.latestChange, place, x + 44);
			this.#callout = callout;
			bottom = callout.y + callout.height + ROW_GAP;
		}
		for (const child of this.#rows.filter(({ parent }) => parent === row.key))
			bottom = this.subtree(child, row.level, bottom);
		return bottom;
	}

	/** The pid on the host, at the left edge, and a line from there to the card. */
	#number(row: ProcessRow, card: Box): void {
		const y = card.y + 4;
		const look = row.change === "ended" ? "muted" : "host";
		const number = this.sheet.text(`${row.key}.host`, [0, y], hostNumber(row), { code: true, bold: true, look });
		const middle = y + EM * 0.65;
		const from = number.width + 4;
		this.sheet.lineBehind(
			`${row.key}.to-host`,
			[
				[from, middle],
				[card.x, middle],
			],
			"dotted",
		);
	}

	/** The callout if it lies across a vertical line; otherwise null. */
	#calloutAcross(x: number, from: number, to: number): Box | null {
		const box = this.#callout;
		const isAcross =
			box !== null && x > box.x - 3 && x < box.x + box.width + 3 && box.y < to && box.y + box.height > from;
		return isAcross ? box : null;
	}

	#lines(row: ProcessRow, card: Box): void {
		const middle = card.y + 4 + EM * 0.65;
		const parent = row.parent === null ? undefined : this.#cards.get(row.parent);
		if (parent !== undefined) {
			const x = Math.min(parent.x + BRANCH, card.x - 4);
			const from = parent.y + parent.height;
			const look = row.lostParent !== null ? "branch changed" : "branch";
			const crossed = this.#calloutAcross(x, from, middle);
			if (crossed !== null && crossed.y - from > ROW_GAP)
				this.sheet.line(
					`${row.key}.branch.above`,
					[
						[x, from],
						[x, crossed.y],
					],
					look,
				);
			this.sheet.line(
				`${row.key}.branch`,
				[
					[x, crossed === null ? from : crossed.y + crossed.height],
					[x, middle],
					[card.x, middle],
				],
				look,
			);
		}
		const lost = row.lostParent === null ? undefined : this.#cards.get(row.lostParent.key);
		if (lost === undefined) return;
		const right = this.sheet.width - 6;
		const from = lost.y + lost.height / 2;
		const points = [
			[lost.x + lost.width, from],
			[right, from],
			[right, middle],
			[card.x + card.width + 2, middle],
		] as const;
		this.sheet.line(`${row.key}.lost`, points, "lost changed", { arrow: true });
	}
}

const hostNumber = ({ pids }: ProcessRow): string => (pids.length > 1 ? `${pids[0]} …` : String(pids[0] ?? ""));

function itemsOf(row: ProcessRow): Item[] {
	const { name, pids, innerPids, ofShell, isShell, zombie, change, lostParent } = row;
	const inner = innerPids.at(-1);
	const between = innerPids.slice(0, -1).map((pid) => `${pid} one level up`);
	const items: (Item | false)[] = [
		inner !== undefined && { text: String(inner), code: true, bold: true, size: 1.15, look: "pid number", tag: true },
		{ text: pids.length > 1 ? `${name} × ${pids.length}` : name, code: true, bold: true },
		...between.map((text): Item => ({ text, size: 0.8, tag: true, look: "pid" })),
		isShell && ofShell !== null && { text: theShell(ofShell), size: 0.8, tag: true, look: ofShell },
		row.isDeaf && { text: "⊘ SIGTERM from inside", short: "⊘ SIGTERM", size: 0.8, tag: true, look: "bad", bold: true },
		zombie && { text: "☠ zombie", size: 0.8, tag: true, look: "bad", bold: true },
		lostParent !== null && { text: `orphan of ${lostParent.name}`, size: 0.8, tag: true, look: "changed", bold: true },
		change === "ended" && { text: "✕ ended", size: 0.8, tag: true, look: "bad", bold: true },
		change === "new" && { text: "+ new", size: 0.8, tag: true, look: "good", bold: true },
	];
	return items.filter((item) => item !== false);
}
