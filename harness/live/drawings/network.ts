import type { NetworkPicture } from "../views/network.ts";
import type { LinkPicture, NamespacePicture } from "../views/network-picture.ts";
import type { PacketPath } from "../views/packet-paths.ts";
import { counted } from "../views/phrases.ts";
import { type GraphEdge, type GraphNode, type PlacedGraph, placeGraph } from "./network-graph.ts";
import { type Box, boxAround, type Drawing, grown, type Point } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const MARGIN = 8;
/**
 * Groups of layouts. The first group with a layout that fits the sheet's width is used. Of its drawings that fit, the
 * one with the least height is taken, because it can be shown in the largest text.
 */
const LAYOUTS: readonly (readonly Omit<Layout, "beside">[])[] = [
	[
		{ textMax: 210, column: false },
		{ textMax: 130, column: false },
		{ textMax: 210, column: true },
	],
	[{ textMax: 130, column: true }],
];
/** The least and the greatest width of the sentence beside a card. */
const BESIDE_MIN = 120;
const BESIDE_MAX = 300;
/** The room between a card and the sentence beside it. */
const BESIDE_GAP = 14;
/** How many namespaces are drawn besides the host's. */
const NAMESPACES_MAX = 4;
const TITLE_HEIGHT = 30;

/**
 * The network namespaces, and the cables between them. The host is a frame around its links. What is outside is above
 * the frame, and the containers on the host's bridge are below it, so that packets to a published port go downwards.
 */
export function drawNetwork(picture: NetworkPicture, sheet: Sheet): Drawing {
	const [host, ...others] = picture.namespaces;
	if (host === undefined) {
		sheet.text("empty", [0, 0], "Nothing has been read yet.", { look: "muted" });
		return sheet.finish();
	}
	const shown = others.slice(-NAMESPACES_MAX);
	const besides = picture.latestChange === "" ? [false] : [true, false];
	let pens: NetworkPen[] = [];
	for (const layouts of LAYOUTS) {
		const tried = layouts.flatMap(({ textMax, column }) =>
			besides.map((beside) => {
				const layout = { textMax: Math.min(textMax, sheet.width - 60), column, beside };
				return new NetworkPen(picture, host, shown, sheet, layout);
			}),
		);
		pens = tried.filter(({ isPossible }) => isPossible).toSorted((one, other) => one.height - other.height);
		if (pens.some(({ width }) => width <= sheet.width)) break;
	}
	const pen = pens.find(({ width }) => width <= sheet.width) ?? pens[0];
	pen?.draw(others.length - shown.length);
	return sheet.finish();
}

interface Layout {
	/** The greatest width of a card's text. */
	textMax: number;
	/** Whether all cards stand below each other. */
	column: boolean;
	/** Whether the sentence on the latest change stands beside its card. Otherwise it stands below the card. */
	beside: boolean;
}

interface Cable extends GraphEdge {
	look: string;
	/** The name of the host's end, which is drawn on the cable; empty for no name. */
	text: string;
	arrow: boolean;
}

interface Card extends GraphNode {
	/** The card's height without the sentence below the card. */
	ownHeight: number;
	draw(sheet: Sheet, at: Point): Box;
}

class NetworkPen {
	readonly #cards: Card[];
	readonly #cables: Cable[];
	readonly #placed: PlacedGraph;
	/** Where the sentence beside a card stands, before everything is moved to its place; null if none stands there. */
	readonly #beside: { callout: Box; card: Box } | null;
	/** The host's frame, before everything is moved to its place. */
	readonly #frame: Box;
	/** How wide and how high the drawing will be, without a sentence above it. */
	readonly width: number;
	readonly height: number;

	constructor(
		private readonly picture: NetworkPicture,
		private readonly host: NamespacePicture,
		private readonly others: readonly NamespacePicture[],
		private readonly sheet: Sheet,
		private readonly layout: Layout,
	) {
		this.#cards = [...this.#hostCards(), ...this.others.map((one) => this.#namespaceCard(one))];
		this.#cables = this.#allCables(this.#cards);
		this.#placed = placeGraph(this.#cards, this.#cables, layout.column ? this.#column() : []);
		this.#beside = layout.beside ? this.#placeBeside() : null;
		this.#frame = this.#frameWith(this.#beside?.callout);
		const { width, height } = this.#all;
		this.width = width + 4;
		this.height = height;
	}

	/** Whether the sentence has the place that the layout gives it. */
	get isPossible(): boolean {
		return !this.layout.beside || this.#beside !== null;
	}

	/** The box around everything, before everything is moved to its place. */
	get #all(): Box {
		const beside = this.#beside === null ? [] : [this.#beside.callout];
		return boxAround([...this.#placed.boxes.values(), this.#frame, ...beside]);
	}

	/** The host's frame around its cards. @param inside another box: if it overlaps the frame, the frame is drawn around it, too */
	#frameWith(inside?: Box): Box {
		const cards = this.#cards.filter((card) => card.framed).flatMap(({ key }) => this.#placed.boxes.get(key) ?? []);
		const frame = grown(boxAround(cards), 12, TITLE_HEIGHT);
		if (inside === undefined || !areClose(frame, inside)) return frame;
		return grown(boxAround([...cards, inside]), 12, TITLE_HEIGHT);
	}

	/** Finds a place beside the card that the sentence is about: to its right, or to its left. */
	#placeBeside(): { callout: Box; card: Box } | null {
		const about = this.#cards.find((card) => this.#isAbout(card));
		const card = about && this.#placed.boxes.get(about.key);
		if (about === undefined || card === undefined) return null;
		const { latestChange } = this.picture;
		// Every word fits a line, with the callout's margins and the ● before its text.
		const words = latestChange.split(" ").map((word) => this.sheet.widthOf(word, { bold: true }) + 36);
		const least = Math.max(BESIDE_MIN, ...words);
		const all = boxAround([...this.#placed.boxes.values(), this.#frameWith()]);
		const inFrame = about.framed ? 12 : 0;
		const right = card.x + card.width + BESIDE_GAP;
		const left = all.x + inFrame;
		const top = about.framed ? this.#frameWith().y + TITLE_HEIGHT : all.y;
		const places = [
			{ x: right, room: all.x + this.sheet.width - 4 - inFrame - right },
			{ x: left, room: card.x - BESIDE_GAP - left },
		];
		for (const { x, room } of places.filter((place) => place.room >= least)) {
			const place = { x, y: 0, width: Math.min(BESIDE_MAX, room) };
			const size = this.sheet.sizeOf((scratch) => scratch.callout(latestChange, place, null));
			// On the left, a callout that is narrower than its room is moved right, next to the card.
			if (x === left) size.x = card.x - BESIDE_GAP - size.width;
			const tops = [card.y + (card.height - size.height) / 2, card.y, card.y + card.height - size.height];
			const callout = tops.map((y) => ({ ...size, y: Math.max(y, top) })).find((box) => this.#isFree(box, about));
			if (callout !== undefined) return { callout, card };
		}
		return null;
	}

	/** Whether the sentence about this card may stand here. */
	#isFree(box: Box, about: Card): boolean {
		const others = this.#cards.filter(({ key }) => key !== about.key);
		const boxes = (cards: readonly Card[]) => cards.flatMap(({ key }) => this.#placed.boxes.get(key) ?? []);
		const plugs = this.#cables.flatMap(({ label }, index) => {
			const [x, y] = this.#placed.lines[index]?.label ?? [0, 0];
			return label === undefined ? [] : [{ x: x - label.width / 2, y: y - label.height / 2, ...label }];
		});
		const lines = this.#placed.lines.flatMap(({ points }) =>
			points.slice(1).map((end, index) => boxAround([points[index] ?? end, end].map(boxOfPoint))),
		);
		if ([...boxes(others), ...plugs, ...lines].some((other) => areClose(other, box))) return false;
		if (!about.framed) return !areClose(this.#frameWith(), box);
		const unframed = boxes(others.filter(({ framed }) => !framed));
		return !unframed.some((other) => areClose(other, this.#frameWith(box)));
	}

	/** The keys of all cards in the order in which they stand below each other: the way of a packet from outside. */
	#column(): string[] {
		const isFrom = ({ key }: Card) => this.#cables.some(({ from, to }) => from === key && to.startsWith("host/"));
		const isWayOut = ({ key }: Card) =>
			this.picture.packetPaths.some(({ device }) => key === `host/${device}`) ||
			this.#cables.some(({ from, to }) => from === key && !to.startsWith("port "));
		const inHost = this.#cards.filter(({ framed }) => framed);
		const outOfHost = this.#cards.filter(({ framed }) => !framed);
		return [
			...outOfHost.filter(isFrom),
			...inHost.filter((card) => card.key.startsWith("host/") && !isWayOut(card)),
			...inHost.filter(({ key }) => !key.startsWith("host/")),
			...inHost.filter((card) => card.key.startsWith("host/") && isWayOut(card)),
			...outOfHost.filter((card) => !isFrom(card)),
		].map(({ key }) => key);
	}

	/** @param hidden how many namespaces are not drawn */
	draw(hidden: number): void {
		const { sheet } = this;
		const [cards, cables] = [this.#cards, this.#cables];
		const { boxes, lines } = this.#placed;
		const { latestChange, changed } = this.picture;
		let top = 0;
		if (latestChange !== "" && !cards.some((card) => this.#isAbout(card))) {
			// The latest change is about something without a card: something that is gone, the host itself, a link of a
			// bridge, or something for whose card there is no room.
			const callout = sheet.callout(latestChange, { x: 0, y: 0, width: sheet.width }, changed === "host" ? 60 : null);
			top = callout.y + callout.height + 10;
		}
		const all = this.#all;
		const left = Math.max(0, (sheet.width - this.width) / 2) + 2 - all.x;
		const down = top - all.y + 2;
		const moved = (box: Box): Box => ({ ...box, x: box.x + left, y: box.y + down });
		const frame = moved(this.#frame);
		sheet.rectangle("frame.host", frame, "frame host");
		for (const [index, cable] of cables.entries()) {
			const points = (lines[index]?.points ?? []).map(([x, y]): Point => [x + left, y + down]);
			// If a sentence is below a card, the box includes it. The cable also gets a point at the card's own lower edge, and
			// passes behind the sentence.
			const from = cards.find(({ key }) => key === cable.from);
			const box = boxes.get(cable.from);
			const [start] = points;
			if (from !== undefined && box !== undefined && start !== undefined && from.ownHeight < from.height)
				points.unshift([start[0], box.y + down + from.ownHeight]);
			sheet.line(`cable.${cable.from}.${cable.to}`, points, `cable ${cable.look}`, { arrow: cable.arrow });
		}
		this.#title(sheet, [frame.x, frame.y]);
		for (const card of cards) {
			const box = moved(boxes.get(card.key) ?? { x: 0, y: 0, width: 0, height: 0 });
			card.draw(sheet, [box.x, box.y]);
		}
		for (const [index, cable] of cables.entries()) {
			const [x, y] = lines[index]?.label ?? [0, 0];
			if (cable.text !== "") this.#plug(cable, [x + left, y + down]);
		}
		if (this.#beside !== null) this.#drawBeside(moved(this.#beside.callout), moved(this.#beside.card));
		const bottom = moved(all);
		if (hidden <= 0) return;
		const text = `and ${counted(hidden, "more namespace")}`;
		sheet.text("hidden", [0, bottom.y + bottom.height + 14], text, { look: "muted" });
	}

	#drawBeside(callout: Box, card: Box): void {
		const { x, y, width, height } = this.sheet.callout(this.picture.latestChange, callout, null);
		const middle = Math.min(Math.max(card.y + card.height / 2, y + 14), y + height - 14);
		const [edge, tip] = x > card.x ? [x + 1, x - 8] : [x + width - 1, x + width + 8];
		const corners: Point[] = [
			[edge, middle - 8],
			[tip, middle],
			[edge, middle + 8],
		];
		this.sheet.line("callout.tip", corners, "callout-tip", { closed: true });
	}

	// Whether the latest change is about this card: `changed` is the card's key, or "NAMESPACE/LINK" for a link in the card's
	// namespace.
	#isAbout({ key, framed }: Pick<Card, "key" | "framed">): boolean {
		const { latestChange, changed } = this.picture;
		return latestChange !== "" && (changed === key || (!framed && changed.startsWith(`${key}/`)));
	}

	#title(sheet: Sheet, [x, y]: Point): Box {
		const { host } = this;
		const items: Item[] = [
			{ text: "host", bold: true, look: "host" },
			...host.shells
				.filter((name) => name !== "host")
				.map((name): Item => ({ text: `${name}'s shell`, size: 0.8, tag: true, look: name })),
			...(host.forwarding ? [{ text: "↯ forwards", size: 0.8, tag: true, look: "good" }] : []),
		];
		return sheet.flow("frame.host.title", [x + MARGIN, y + 5], items, Number.POSITIVE_INFINITY);
	}

	/** The host's links, its published ports, and the programs that listen on it. */
	#hostCards(): Card[] {
		const { host } = this;
		const links = host.links.filter(({ name, bridge }) => bridge === "" && (name !== "lo" || host.links.length === 1));
		const ports = this.picture.packetPaths.map((path) =>
			this.#card(`port ${path.port}`, true, "net", [
				[{ text: `port ${path.port}`, bold: true, code: true, look: "net" }],
				...path.hops.slice(1, 2).map(({ text }): Item[] => [{ text, size: 0.85 }]),
				...path.hops
					.filter(({ passes }) => !passes)
					.map(({ text }): Item[] => [{ text: `✕ ${text}`, size: 0.85, bold: true, look: "bad" }]),
			]),
		);
		const listeners = host.listeners.map(({ port, program }) =>
			this.#card(`host listener ${port}`, true, "good", [listenerItems(port, program)]),
		);
		const cards = [
			...links.map((link) => this.#card(`host/${link.name}`, true, "host", [linkItems(link)])),
			...ports,
			...listeners,
		];
		// The frame is at least as wide as its title.
		const { width } = this.sheet.sizeOf((scratch) => this.#title(scratch, [0, 0]));
		return cards.map((card, index) => (index === 0 ? { ...card, width: Math.max(card.width, width) } : card));
	}

	#namespaceCard({ name, shells, links, gateway, listeners }: NamespacePicture): Card {
		const own = links.filter((link) => link.name !== "lo" || links.length === 1);
		const title: Item[] = [
			{ text: name, bold: true, size: 1.1, look: "net" },
			...shells.map((shell): Item => ({ text: `${shell}'s shell`, size: 0.8, tag: true, look: shell })),
		];
		const rows: Item[][] = [
			title,
			...own.map(linkItems),
			...(gateway === "" ? [] : [[{ text: `default route →\u00a0${gateway}`, size: 0.85, look: "muted" }]]),
			...listeners.map(({ port, program }) => listenerItems(port, program)),
		];
		return this.#card(name, false, "net frame", rows);
	}

	/**
	 * A card with rows of items. Below it stands the sentence on the latest change, if that is about this card and the
	 * layout does not place it beside the card.
	 * @param framed whether the card stands in the host's frame
	 */
	#card(key: string, framed: boolean, look: string, rows: Item[][]): Card {
		const isAbout = this.#isAbout({ key, framed });
		const draw = (sheet: Sheet, [x, y]: Point): Box => {
			const card = sheet.behind(key, `card ${look}${isAbout ? " is-changed" : ""}`, () => {
				let bottom = y + 5;
				const boxes = rows.map((items, index) => {
					const row = sheet.flow(`${key}.${index}`, [x + MARGIN, bottom], items, this.layout.textMax);
					bottom = row.y + row.height + 2;
					return row;
				});
				const inside = boxAround(boxes);
				return { x, y, width: Math.max(inside.width + 2 * MARGIN, 70), height: bottom - y + 4 };
			});
			if (!isAbout || this.layout.beside) return card;
			const place = { x, y: card.y + card.height + 1, width: Math.max(card.width, this.layout.textMax * 1.4) };
			return boxAround([card, sheet.callout(this.picture.latestChange, place, x + card.width / 2)]);
		};
		let ownHeight = 0;
		const { width, height } = this.sheet.sizeOf((scratch) => {
			const box = draw(scratch, [0, 0]);
			ownHeight = scratch.boxOf(key)?.height ?? box.height;
			return box;
		});
		return { key, framed, width, height, ownHeight, draw };
	}

	#allCables(cards: readonly Card[]): Cable[] {
		const isDrawn = (key: string) => cards.some((card) => card.key === key);
		const cables: Cable[] = [];
		const outside = new Set<string>();
		for (const link of this.host.links) {
			if (link.peer === null || !isDrawn(link.peer.namespace)) continue;
			const look = link.up ? "net" : "down";
			const { namespace } = link.peer;
			if (link.bridge !== "" && isDrawn(`host/${link.bridge}`)) {
				const onPath = this.picture.packetPaths.some(
					(path) => path.device === link.bridge && path.end === namespace && isWhole(path),
				);
				const text = link.up ? link.name : `${link.name} ✕ down`;
				cables.push({
					from: `host/${link.bridge}`,
					to: namespace,
					look: `${look}${onPath ? " packet" : ""}`,
					text,
					arrow: onPath,
					label: this.#plugSize(text),
				});
			} else if (link.bridge === "") {
				outside.add(link.name);
				cables.push({ from: namespace, to: `host/${link.name}`, look, text: "", arrow: false });
			}
		}
		for (const path of this.picture.packetPaths) {
			const look = isWhole(path) ? "net packet" : "bad blocked";
			for (const name of outside)
				if (name !== path.device)
					cables.push({ from: `host/${name}`, to: `port ${path.port}`, look, text: "", arrow: true });
			if (path.device !== null && isDrawn(`host/${path.device}`))
				cables.push({ from: `port ${path.port}`, to: `host/${path.device}`, look, text: "", arrow: true });
		}
		return [...cables, ...this.#cablesBetweenOthers(isDrawn)];
	}

	#cablesBetweenOthers(isDrawn: (key: string) => boolean): Cable[] {
		return this.others.flatMap(({ name, links }, index) =>
			links.flatMap(({ peer, up }): Cable[] => {
				const other = this.others.findIndex((one) => one.name === peer?.namespace);
				if (peer === null || other <= index || !isDrawn(peer.namespace)) return [];
				return [{ from: name, to: peer.namespace, look: up ? "net" : "down", text: "", arrow: false }];
			}),
		);
	}

	#plugSize(text: string): { width: number; height: number } {
		return { width: this.sheet.widthOf(text, PLUG) + 14, height: 22 };
	}

	/** The host's end of a cable, where it is plugged into the bridge. */
	#plug({ from, to, text }: Cable, [x, y]: Point): void {
		const { width, height } = this.#plugSize(text);
		this.sheet.rectangle(`plug.${from}.${to}`, { x: x - width / 2, y: y - height / 2, width, height }, "card host");
		this.sheet.text(`plug.${from}.${to}`, [x - width / 2 + 7, y - 9], text, PLUG);
	}
}

const boxOfPoint = ([x, y]: Point): Box => ({ x, y, width: 0, height: 0 });

/** Whether two boxes overlap, or nearly do. */
const areClose = (one: Box, other: Box) =>
	Math.min(one.x + one.width, other.x + other.width) > Math.max(one.x, other.x) - 4 &&
	Math.min(one.y + one.height, other.y + other.height) > Math.max(one.y, other.y) - 4;

const PLUG = { size: 0.85, bold: true, code: true } as const;

const isWhole = ({ hops }: PacketPath) => hops.every(({ passes }) => passes);

function linkItems({ name, kind, up, addresses }: LinkPicture): Item[] {
	return [
		{ text: name, bold: true, code: true },
		...(kind === "bridge" ? [{ text: "bridge", size: 0.8, tag: true, look: "net" }] : []),
		...(up ? [] : [{ text: "✕ down", size: 0.8, tag: true, look: "bad", bold: true }]),
		...addresses.map((text): Item => ({ text, code: true, size: 0.85 })),
	];
}

const listenerItems = (port: number, program: string): Item[] => [
	{ text: `◎ ${program || "a program"}`, code: true, look: "good", bold: true },
	{ text: `listens on port ${port}`, size: 0.85, look: "good" },
];
