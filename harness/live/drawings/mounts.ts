import type { MountRow, MountsPicture, MountTable } from "../views/mounts.ts";
import { ownersOf } from "../views/mounts-in-words.ts";
import { counted, listed } from "../views/phrases.ts";
import { type Box, boxAround, type Drawing, EM, grown } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const INDENT = 18;
const MARGIN = 9;
const ROW_GAP = 6;
const TABLES_GAP = 18;
/** On a sheet that is narrower than this, the tables are below each other. */
const WIDE = 430;
/** If a table has more mounts than this, not all are drawn, and the others are only named; see {@link worthShowing}. */
const ROWS_MAX = 8;

/** What a propagation type means for new mounts. See mount_namespaces(7). */
const MEANINGS: Record<string, string> = {
	private: "new mounts stay here",
	slave: "the host's new mounts come here, but not the other way round",
};

/**
 * A frame for each mount table, with the tree of its mounts. A mount that hides another one lies on it. A double line
 * joins the tables if mounts are shared between them.
 */
export function drawMounts(picture: MountsPicture, sheet: Sheet): Drawing {
	const { tables } = picture;
	const wide = sheet.width >= WIDE && tables.length > 1;
	const width = wide ? (sheet.width - TABLES_GAP * (tables.length - 1)) / tables.length : sheet.width;
	const pens = tables.map((table) => new TablePen(picture, table, sheet));
	let y = 0;
	const frames = pens.map((pen, index) => {
		const frame = pen.draw({ x: wide ? index * (width + TABLES_GAP) : 0, y, width });
		if (!wide) y += frame.height + TABLES_GAP;
		return frame;
	});
	for (const [index, table] of tables.entries())
		if (index > 0 && table.rows.some(({ leaks }) => leaks)) joinShared(sheet, frames[0], frames[index], index);
	return sheet.finish();
}

// Draws the double line between two tables: a mount that is made on one side appears on the other.
function joinShared(sheet: Sheet, host: Box | undefined, other: Box | undefined, index: number): void {
	if (host === undefined || other === undefined) return;
	const beside = other.y === host.y;
	const middle = beside ? host.y + 20 : host.x + 40;
	for (const [line, at] of [middle - 3, middle + 3].entries()) {
		const from = beside ? ([host.x + host.width, at] as const) : ([at, host.y + host.height] as const);
		const to = beside ? ([other.x, at] as const) : ([at, other.y] as const);
		sheet.line(`shared.${index}.${line}`, [from, to], "cable bad");
	}
}

class TablePen {
	readonly #key: string;
	readonly #shown: readonly MountRow[];
	readonly #allChanged: boolean;

	constructor(
		private readonly picture: MountsPicture,
		private readonly table: MountTable,
		private readonly sheet: Sheet,
	) {
		this.#key = `table.${table.of[0]}`;
		const [first] = table.rows;
		// If the same has happened to all mounts, only the frame is marked.
		this.#allChanged =
			first !== undefined && table.rows.every(({ change }) => change !== "" && change === first.change);
		this.#shown = worthShowing(this.#allChanged ? table.rows.map((row) => ({ ...row, change: "" })) : table.rows);
	}

	draw({ x, y, width }: Omit<Box, "height">): Box {
		const { table, sheet } = this;
		const isChanged = this.#allChanged ? " is-changed" : "";
		return sheet.behind(this.#key, `frame ${table.own ? "mnt" : "host"}${isChanged}`, () => {
			const room = width - 2 * MARGIN;
			const look = table.own ? "mnt" : "host";
			const title = sheet.paragraph(`${this.#key}.title`, [x + MARGIN, y + 5], ownersOf(table), room, {
				bold: true,
				look,
			});
			const about = this.#about();
			const words = sheet.paragraph(`${this.#key}.about`, [x + MARGIN, y + 5 + title.height], about, room, {
				size: 0.85,
				look: "muted",
			});
			let bottom = words.y + words.height + ROW_GAP;
			const isAboutAll = this.#isChanged() && !this.#shown.some(({ change }) => change !== "");
			if (isAboutAll) bottom = this.#callout(x + MARGIN, bottom, room, null);
			const tops = this.#shown.filter(({ parent }) => !this.#shown.some(({ key }) => key === parent));
			for (const row of tops) bottom = this.#subtree(row, x + MARGIN, bottom, x + width - MARGIN, null);
			bottom = this.#rest(x + MARGIN, bottom, room);
			return { x, y, width, height: bottom - y + MARGIN - ROW_GAP };
		});
	}

	#about(): string {
		const { rows, propagation, own } = this.table;
		if (rows.length === 0) return "The root is not a mount point, so no mount is visible from there.";
		const leaking = rows.filter(({ leaks }) => leaks).length;
		if (leaking > 0) return `${counted(rows.length, "mount")}, ⚠ ${leaking} shared with the host`;
		const meaning = own && propagation !== null ? MEANINGS[propagation] : undefined;
		return `${counted(rows.length, "mount")}${propagation === null ? "" : `, ${propagation}`}${meaning ? `: ${meaning}` : ""}`;
	}

	#isChanged = () => this.picture.changedFor !== null && this.table.of.includes(this.picture.changedFor);

	#callout(x: number, y: number, width: number, pointsAt: number | null): number {
		const callout = this.sheet.callout(this.picture.latestChange, { x, y, width }, pointsAt);
		return callout.y + callout.height + ROW_GAP;
	}

	/** Draws a mount and everything that is mounted on it. Returns where the next mount may begin. */
	#subtree(row: MountRow, x: number, y: number, right: number, branchFrom: Box | null): number {
		const { sheet } = this;
		const hiding = this.#shown.find(({ parent, key }) => parent === row.key && row.hiddenBy === key);
		// A path leads to the mount that hides this one. So the hiding mount is drawn first, and this one below it.
		const top = hiding ?? row;
		const card = this.#card(top, x, y, right);
		if (branchFrom !== null) {
			const [from, middle] = [branchFrom.x + 10, card.y + 4 + EM * 0.65];
			sheet.line(
				`${this.#key}.${top.key}.branch`,
				[
					[from, branchFrom.y + branchFrom.height],
					[from, middle],
					[card.x, middle],
				],
				"branch",
			);
		}
		let bottom = card.y + card.height;
		if (hiding !== undefined) {
			const below = this.#card(row, x + 10, bottom, right);
			bottom = below.y + below.height;
		}
		bottom += ROW_GAP;
		if (this.#isChanged() && top.key === this.#firstChanged())
			bottom = this.#callout(x + INDENT, bottom - 4, right - x - INDENT, x + INDENT + 20);
		for (const child of this.#shown.filter(({ parent }) => parent === top.key)) {
			if (child.key !== top.hiddenBy) bottom = this.#subtree(child, x + INDENT, bottom, right, card);
		}
		return bottom;
	}

	#firstChanged = () => this.#shown.find(({ change }) => change !== "")?.key;

	#card(row: MountRow, x: number, y: number, right: number): Box {
		const look = ["card", row.change === "" ? "" : "is-changed", row.hiddenBy === null ? "" : "gone"];
		return this.sheet.behind(`${this.#key}.${row.key}`, look.filter(Boolean).join(" "), () =>
			grown(
				this.sheet.flow(
					`${this.#key}.${row.key}`,
					[x + 6, y + 4],
					itemsOf(row, this.table.propagation === null),
					right - x - 12,
				),
				6,
				4,
			),
		);
	}

	/** Names the mounts that are gone, and those that are not drawn. */
	#rest(x: number, y: number, width: number): number {
		const gone = this.table.gone
			.slice(0, ROWS_MAX)
			.map((mountPoint): Item => ({ text: `✕ ${mountPoint}`, code: true, size: 0.85, tag: true, look: "bad" }));
		const hidden = this.table.gone.length - gone.length;
		const left = this.table.rows.filter(({ key }) => this.#shown.every((row) => row.key !== key));
		const items: Item[] = [
			...(gone.length > 0 ? [{ text: "gone:", bold: true, look: "bad" }, ...gone] : []),
			...(hidden > 0 ? [{ text: `and ${hidden} more`, look: "bad" }] : []),
		];
		let bottom = y;
		if (items.length > 0) {
			const box = this.sheet.flow(`${this.#key}.gone`, [x, y], items, width);
			bottom = box.y + box.height + ROW_GAP;
		}
		if (left.length === 0) return bottom;
		const text = `and ${left.length} more${placesText(left.map((row) => pathOf(row, this.table.rows)))}`;
		const more = this.sheet.paragraph(`${this.#key}.more`, [x, bottom], text, width, { size: 0.85, look: "muted" });
		return boxAround([more]).y + more.height + ROW_GAP;
	}
}

function itemsOf(row: MountRow, showsPropagation: boolean): Item[] {
	const { name, content, readOnly, propagation, leaks, change, hiddenBy } = row;
	const items: (Item | false)[] = [
		{ text: name, code: true, bold: true },
		{ text: content, size: 0.85, look: "muted" },
		showsPropagation && { text: propagation, size: 0.8, tag: true },
		// If it has just become so, the change says it.
		readOnly && !change.startsWith("now ") && { text: "read-only", size: 0.8, tag: true },
		leaks && { text: "⚠ leaks", size: 0.8, tag: true, look: "bad", bold: true },
		hiddenBy !== null && { text: "hidden", size: 0.8, tag: true, look: "bad", bold: true },
		change !== "" && { text: change === "new" ? "+ new" : change, size: 0.8, tag: true, look: "good", bold: true },
	];
	return items.filter((item) => item !== false);
}

/** A mount's whole path; see {@link MountRow.name}. */
function pathOf(row: MountRow, rows: readonly MountRow[]): string {
	const parent = rows.find(({ key }) => key === row.parent);
	return row.name.startsWith("/") || parent === undefined ? row.name : `${pathOf(parent, rows)}/${row.name}`;
}

/** The mounts that every container has: those of the kernel's own file systems. */
const USUAL = /^\/(proc|sys|dev)(\/|$)/;

/** ": /a and /b; others at or below /dev and /proc". The mounts that every container has are many, and are not named. */
function placesText(paths: readonly string[]): string {
	const special = paths.filter((path) => !USUAL.test(path));
	const usual = new Set(paths.flatMap((path) => USUAL.exec(path)?.[1] ?? []));
	const below = listed([...usual].map((name) => `/${name}`));
	if (special.length === 0) return ` at or below ${below}`;
	return `: ${listed(special)}${below === "" ? "" : `; others at or below ${below}`}`;
}

/**
 * The rows to draw. If there are too many: those that have changed, are hidden or hide others, with their parents; then
 * those that not every container has; then the first ones that are not deep in the tree.
 */
function worthShowing(rows: readonly MountRow[]): readonly MountRow[] {
	if (rows.length <= ROWS_MAX) return rows;
	const chosen = new Set<MountRow>();
	const add = (row: MountRow | undefined) => {
		for (let at = row; at !== undefined && !chosen.has(at); ) {
			chosen.add(at);
			const { parent }: MountRow = at;
			at = rows.find(({ key }) => key === parent);
		}
	};
	const hides = ({ key }: MountRow) => rows.some(({ hiddenBy }) => hiddenBy === key);
	const noted = rows.filter((row) => row.change !== "" || row.hiddenBy !== null || hides(row));
	for (const row of noted.slice(0, ROWS_MAX)) add(row);
	const special = rows.filter((row) => !USUAL.test(pathOf(row, rows)));
	for (const row of special) if (chosen.size < ROWS_MAX) add(row);
	for (const row of rows) if (chosen.size < ROWS_MAX - 3 && row.depth < 2) add(row);
	return rows.filter((row) => chosen.has(row));
}
