import {
	type Cell,
	type NamespaceKind,
	type NamespacesPicture,
	SHOWN_PROCESSES,
	type ShownProcess,
} from "../views/namespaces.ts";
import { shellTitle } from "../views/phrases.ts";
import { type Drawing, EM } from "./shapes.ts";
import type { Sheet, TextStyle } from "./sheet.ts";

const GAP = 8;
const BAR_HEIGHT = 32;
const ROW_GAP = 6;
/** The kinds that have a colour of their own. */
const COLOURED = ["uts", "ipc", "mnt", "pid", "cgroup", "net", "user"];

/**
 * A row for each kind of namespace, and a column for each process. A namespace is a bar that reaches over all processes
 * that are in it. On a narrow sheet, the name of a kind is above its bars, so that there is room for larger text.
 */
export function drawNamespaces({ kinds, latestChange }: NamespacesPicture, sheet: Sheet): Drawing {
	const small = { size: 0.85, look: "muted" };
	const labels = kinds.flatMap(({ kind, isolates }) => [
		sheet.widthOf(kind, { bold: true, size: 1.1 }),
		sheet.widthOf(isolates, small),
	]);
	const longest = (texts: string[], style: TextStyle) =>
		Math.max(0, ...texts.flatMap((text) => text.split(" ")).map((word) => sheet.widthOf(word, style)));
	const isolated = kinds.map(({ isolates }) => isolates);
	const beside = Math.min(Math.max(...labels, 0) + 10, Math.max(sheet.width * 0.28, longest(isolated, small) + 6));
	// A column is so wide that no heading's word and no bar's text is cut. So the drawing may be wider than a
	// narrow sheet.
	const narrowest =
		Math.max(longest(SHOWN_PROCESSES.map(titleOf), HEAD), sheet.widthOf("one for both", HEAD) + 12) + GAP;
	const isNarrow = beside + SHOWN_PROCESSES.length * narrowest - GAP > sheet.width;
	const left = isNarrow ? 0 : beside;
	const width = Math.max((sheet.width - left) / SHOWN_PROCESSES.length, narrowest);
	const columns = SHOWN_PROCESSES.map((process, index) => ({ process, x: left + index * width, width: width - GAP }));
	const heads = columns.map(({ process, x }) =>
		sheet.paragraph(`head.${process}`, [x, 0], titleOf(process), width - GAP, {
			...HEAD,
			look: process === "container" ? "container" : "host",
		}),
	);
	let y = Math.max(...heads.map(({ height }) => height)) + ROW_GAP;
	const changedRow = kinds.findLast(isChanged)?.kind;
	for (const kind of kinds) {
		const look = COLOURED.includes(kind.kind) ? kind.kind : "";
		const name = sheet.text(`${kind.kind}.name`, [0, y - 4], kind.kind, { bold: true, look });
		const at = isNarrow ? ([name.width + 8, name.y + 2] as const) : ([0, name.y + name.height - 1] as const);
		const room = isNarrow ? sheet.width - at[0] : left - 6;
		const about = sheet.paragraph(`${kind.kind}.isolates`, at, kind.isolates, room, small);
		const top = isNarrow ? name.y + name.height + 2 : y;
		for (const group of groupsOf(kind)) drawNamespace(sheet, kind.kind, look, group, columns, top);
		y = Math.max(top + BAR_HEIGHT, about.y + about.height + 2) + (isNarrow ? 2 : 1) * ROW_GAP;
		if (kind.kind !== changedRow) continue;
		const column = columns.find(({ process }) => kind.cells[process] && hasNews(kind.cells[process]));
		const pointsAt = (column?.x ?? left) + width / 2;
		y += sheet.callout(latestChange, { x: 0, y: y - 3, width: sheet.width }, pointsAt).height + 2 * ROW_GAP + 4;
	}
	return sheet.finish();
}

const HEAD = { bold: true } as const;
const titleOf = (process: ShownProcess) => (process === "init" ? "the host" : shellTitle(process));

const hasNews = ({ changed, forChildren }: Cell) => changed || forChildren !== null;
const isChanged = ({ cells }: NamespaceKind) => Object.values(cells).some(hasNews);

interface Group {
	/** The cell of the first member, or of the last one that has news. */
	cell: Cell;
	members: ShownProcess[];
}

/** The processes, by the namespace that they are in. */
function groupsOf({ cells }: NamespaceKind): Group[] {
	const groups: Group[] = [];
	for (const process of SHOWN_PROCESSES) {
		const cell = cells[process];
		const known = groups.find((group) => group.cell.letter === cell?.letter);
		if (known !== undefined && cell !== undefined) {
			known.members.push(process);
			if (hasNews(cell)) known.cell = cell;
		} else if (cell !== undefined) groups.push({ cell, members: [process] });
	}
	return groups;
}

type Column = { process: ShownProcess; x: number; width: number };

function drawNamespace(
	sheet: Sheet,
	kind: string,
	color: string,
	group: Group,
	all: readonly Column[],
	y: number,
): void {
	const { cell, members } = group;
	const key = `${kind}.${cell.letter}`;
	const columns = all.filter(({ process }) => members.includes(process));
	const [first, last] = [columns[0], columns.at(-1)];
	if (first === undefined || last === undefined) return;
	const look = `${cell.own ? `paint ${color}` : "shared"}${cell.changed ? " is-changed" : ""}`;
	const style = { bold: cell.own, size: 0.95, look: cell.own ? "on-paint" : "muted" };
	// The two outer processes share the namespace, and the one between them is in another.
	const isSplit = columns.length === 2 && all.indexOf(last) - all.indexOf(first) === 2;
	const bars = isSplit ? columns : [{ ...first, width: last.x + last.width - first.x }];
	if (isSplit)
		sheet.lineBehind(
			`${key}.around`,
			[
				[first.x + first.width / 2, y + 8],
				[first.x + first.width / 2, y + BAR_HEIGHT + 3],
				[last.x + 20, y + BAR_HEIGHT + 3],
				[last.x + 20, y + 8],
			],
			`around ${color}`,
		);
	for (const [index, bar] of bars.entries()) {
		sheet.rectangle(`${key}.${index}`, { x: bar.x, y, width: bar.width, height: BAR_HEIGHT }, `bar ${look}`);
		const text = sheet.fitOne(textsOf(cell, members.length), bar.width - 12, style);
		const x = bar.x + (bar.width - sheet.widthOf(text, style)) / 2;
		sheet.text(`${key}.${index}`, [x, y + (BAR_HEIGHT - EM * 1.24) / 2], text, style);
	}
}

/** What a bar says, in plain words: whose namespace it is, or that it is new. A shorter version may follow. */
function textsOf({ own, forChildren, changed }: Cell, members: number): string[] {
	const whose = own ? (members > 1 ? "one for both" : changed ? "a new one" : "its own") : "the host's";
	const text = !own && changed ? `${whose} again` : whose;
	return forChildren === null ? [text] : [`${text}; its children's: another`, "children's: another"];
}
