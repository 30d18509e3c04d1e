import {
	type CapabilitiesPicture,
	countText,
	isChanged,
	type SetPicture,
	valueText,
} from "../views/capabilities-picture.ts";
import { equalSets, namesText, shortName } from "../views/capability-changes.ts";
import { listed } from "../views/phrases.ts";
import { CELL_HEIGHT, type CellState, drawCell, STATES, stateOf } from "./capability-cells.ts";
import { boxAround, type Drawing } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const ROW_GAP = 6;
/** Cells that are narrower than this are on two lines instead of one. */
const CELL_MIN = 8;
const CELL_MAX = 18;
/** The size of the names above the columns, and how wide a column must be for them. */
const HEAD = { size: 0.66, code: true };
const HEAD_MIN = 13.6;
/** On a sheet that is narrower than this, no_new_privs and the number of filters are on two lines. */
const TWO_VALUES_MIN = 420;

/**
 * A row of cells for each capability set, with a cell for each capability. Above the columns are the capabilities' names.
 * If there is no room for them, the names of those that are held, lost or won are below the rows.
 */
export function drawCapabilities(picture: CapabilitiesPicture, sheet: Sheet): Drawing {
	if (picture.process === null) {
		sheet.paragraph("empty", [0, 0], "The capabilities have not been read yet.", sheet.width, { look: "muted" });
		return sheet.finish();
	}
	return new CapabilitiesPen(picture, picture.process, sheet).draw();
}

class CapabilitiesPen {
	readonly #perLine: number;
	readonly #cell: number;
	readonly #hasHeads: boolean;

	constructor(
		private readonly picture: CapabilitiesPicture,
		private readonly process: NonNullable<CapabilitiesPicture["process"]>,
		private readonly sheet: Sheet,
	) {
		const all = picture.capabilities;
		this.#perLine = sheet.width / all < CELL_MIN ? Math.ceil(all / 2) : all;
		this.#cell = Math.min(CELL_MAX, sheet.width / this.#perLine);
		this.#hasHeads = this.#perLine === all && this.#cell >= HEAD_MIN;
	}

	draw(): Drawing {
		const { sheet, picture } = this;
		let y = this.#title();
		if (this.#hasHeads) y = this.#heads(y);
		for (const set of picture.sets) y = this.#row(set, y);
		y = this.#values(y);
		if (picture.latestChange !== "") y = this.#callout(y);
		y = this.#legend(y);
		if (!this.#hasHeads) this.#names(y);
		return sheet.finish();
	}

	#title(): number {
		const { pid, name, uid } = this.process;
		const items: Item[] = [
			{ text: "the container's shell:", short: "the shell:", bold: true, look: "container" },
			{ text: name, code: true, bold: true },
			{ text: `pid ${pid}`, size: 0.85, tag: true, look: "pid" },
			{ text: `user ${uid}`, size: 0.85, tag: true, look: "user" },
		];
		const box = this.sheet.flow("title", [0, 0], items, this.sheet.width);
		return box.y + box.height + 8;
	}

	/** The names of all capabilities, each turned by a quarter and above its column. */
	#heads(y: number): number {
		const { sheet, picture } = this;
		const names = Array.from({ length: picture.capabilities }, (_, capability) => shortName(capability));
		const height = Math.max(...names.map((name) => sheet.widthOf(name, HEAD)));
		const changed = new Set(picture.sets.flatMap(({ lost, won }) => [...lost, ...won]));
		for (const [capability, name] of names.entries()) {
			const style = { ...HEAD, bold: changed.has(capability), look: changed.has(capability) ? "" : "muted" };
			sheet.turnedText(`head.${capability}`, [this.#cell * (capability + 0.5), y + height], name, style);
		}
		return y + height + 4;
	}

	#row(set: SetPicture, y: number): number {
		const { sheet } = this;
		const count = countText(set);
		const items: Item[] = [
			{ text: set.name, bold: true, size: 0.95 },
			{ text: count, size: 0.85, code: true, tag: true, look: isChanged(set) ? "changed" : "" },
		];
		const words = sheet.flow(`set.${set.name}`, [0, y], items, sheet.width);
		const top = words.y + words.height + 2;
		const cells = Array.from({ length: this.picture.capabilities }, (_, capability) =>
			this.#capability(set, capability, top),
		);
		const box = boxAround(cells);
		return box.y + box.height + ROW_GAP;
	}

	#capability(set: SetPicture, capability: number, top: number) {
		const line = Math.floor(capability / this.#perLine);
		const x = (capability % this.#perLine) * this.#cell;
		const at = [x, top + line * (CELL_HEIGHT + 2)] as const;
		return drawCell(this.sheet, `${set.name}.${capability}`, stateOf(set, capability), at, this.#cell);
	}

	/** One line with no_new_privs and the number of seccomp filters, or two if the sheet is narrow. */
	#values(y: number): number {
		const { sheet, picture } = this;
		const pairs = [
			valueItems({ text: "no_new_privs", code: true, size: 0.9 }, picture.noNewPrivileges),
			valueItems({ text: "seccomp filters", size: 0.95 }, picture.seccompFilters),
		];
		const isWide = sheet.width >= TWO_VALUES_MIN;
		let bottom = y + 2;
		for (const [index, items] of (isWide ? [pairs.flat()] : pairs).entries()) {
			const box = sheet.flow(`values.${index}`, [0, bottom], items, sheet.width);
			bottom = box.y + box.height + 4;
		}
		return bottom + 2;
	}

	#callout(y: number): number {
		const box = this.sheet.callout(this.picture.latestChange, { x: 0, y, width: this.sheet.width }, null);
		return box.y + box.height + 8;
	}

	/** Explains the cells that are in the picture. */
	#legend(y: number): number {
		const { sheet, picture } = this;
		const states = (Object.keys(STATES) as CellState[]).filter((state) =>
			picture.sets.some((set) => cellStates(set, picture.capabilities).has(state)),
		);
		const style = { size: 0.85, look: "muted" };
		let at = { x: 0, y };
		for (const state of states) {
			const width = this.#cell + 4 + sheet.widthOf(STATES[state], style) + 12;
			if (at.x > 0 && at.x + width > sheet.width) at = { x: 0, y: at.y + 22 };
			drawCell(sheet, `legend.${state}`, state, [at.x, at.y + 2], this.#cell);
			sheet.text(`legend.${state}.text`, [at.x + this.#cell + 4, at.y], STATES[state], style);
			at = { x: at.x + width, y: at.y };
		}
		return at.y + 24;
	}

	/** The names of the capabilities that have changed, and of those that are held. */
	#names(y: number): void {
		const { sheet, picture } = this;
		let top = y;
		for (const part of ["lost", "won", "held"] as const) {
			for (const { names, capabilities } of equalSets(picture.sets, part)) {
				const key = `names.${part}.${names.join(".")}`;
				const title = `${part === "held" ? "held" : `just ${part}`}, ${listed(names)}:`;
				const head = sheet.paragraph(`${key}.title`, [0, top], title, sheet.width, { size: 0.85, bold: true });
				const text = namesText(capabilities, picture.capabilities);
				const at = [0, head.y + head.height] as const;
				const box = sheet.paragraph(key, at, text, sheet.width, { size: 0.85 });
				top = box.y + box.height + 4;
			}
		}
	}
}

/** A name and its value, which has an outline. */
function valueItems(name: Item, value: { before: number | boolean; now: number | boolean }): Item[] {
	const look = value.before === value.now ? "" : "changed";
	return [name, { text: valueText(value), code: true, bold: true, size: 0.9, tag: true, look }];
}

const cellStates = (set: SetPicture, capabilities: number) =>
	new Set(Array.from({ length: capabilities }, (_, capability) => stateOf(set, capability)));
