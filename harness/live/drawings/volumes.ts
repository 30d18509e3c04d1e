import { ownersOf } from "../views/volume-changes.ts";
import { rootText } from "../views/volumes-in-words.ts";
import type { VolumeSource, VolumesPicture, VolumeTarget, VolumeUser } from "../views/volumes-picture.ts";
import { type Box, type Drawing, EM, grown } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const MARGIN = 9;
const ROW_GAP = 8;
/** On a sheet that is narrower than this, the sources are below the containers. */
const WIDE = 430;
/** The room for lines: between the two columns, or at the right edge. */
const BETWEEN = 48;
const AT_EDGE = 26;

/**
 * A frame for each container, with the places in it whose files are not in its root. Beside the frames is a card for
 * each directory or file that these places show. A line joins a place to its files. Lines that meet lead to the same
 * files.
 */
export function drawVolumes(picture: VolumesPicture, sheet: Sheet): Drawing {
	if (picture.users.length === 0) {
		const text = sheet.paragraph("empty", [0, 0], "Nothing is mounted for a container yet.", sheet.width, {
			look: "muted",
		});
		if (picture.latestChange !== "")
			sheet.callout(picture.latestChange, { x: 0, y: text.height + 8, width: sheet.width }, null);
		return sheet.finish();
	}
	return new VolumesPen(picture, sheet).draw();
}

class VolumesPen {
	readonly #isWide: boolean;
	readonly #width: number;
	readonly #cards = new Map<string, Box>();

	constructor(
		private readonly picture: VolumesPicture,
		private readonly sheet: Sheet,
	) {
		this.#isWide = sheet.width >= WIDE;
		this.#width = this.#isWide ? (sheet.width - BETWEEN) / 2 : sheet.width - AT_EDGE;
	}

	draw(): Drawing {
		const { users, sources, latestChange, changedKey } = this.picture;
		let y = 0;
		for (const user of users) y = this.#user(user, y) + 14;
		let bottom = this.#isWide ? 0 : y;
		for (const source of sources) bottom = this.#source(source, bottom) + ROW_GAP;
		for (const { targets } of users) for (const target of targets) this.#line(target);
		if (latestChange !== "" && changedKey === null)
			this.sheet.callout(latestChange, { x: 0, y: Math.max(y, bottom), width: this.sheet.width }, null);
		return this.sheet.finish();
	}

	#user(user: VolumeUser, y: number): number {
		const { sheet } = this;
		const look = user.of.includes("init") ? "host" : "container";
		const room = this.#width - 2 * MARGIN;
		const frame = sheet.behind(`user.${user.key}`, `frame ${look}`, () => {
			const style = { bold: true, look };
			const title = sheet.paragraph(`user.${user.key}.title`, [MARGIN, y + 5], ownersOf(user), room, style);
			let bottom = title.y + title.height + 5;
			if (user.layers !== null) {
				const items: Item[] = [
					{ text: "/", code: true, bold: true },
					{ text: "layers", size: 0.8, tag: true, look: "layer" },
				];
				const key = `user.${user.key}.root`;
				const root = sheet.behind(key, "card layer", () => {
					const head = sheet.flow(key, [MARGIN + 6, bottom + 4], items, room - 12);
					const style = { size: 0.85, look: "muted" };
					const at = [MARGIN + 6, head.y + head.height] as const;
					const text = sheet.paragraph(
						`${key}.text`,
						at,
						rootText(user.layers ?? { upper: "", lower: [] }),
						room - 12,
						style,
					);
					return this.#asWide({ ...grown(head, 6, 4), height: text.y + text.height + 4 - bottom });
				});
				bottom = root.y + root.height + ROW_GAP;
			}
			for (const target of user.targets) bottom = this.#target(target, bottom, room);
			return { x: 0, y, width: this.#width, height: bottom - y + MARGIN - ROW_GAP };
		});
		return frame.y + frame.height;
	}

	#target({ key, path, readOnly, isNew }: VolumeTarget, y: number, room: number): number {
		const items: Item[] = [
			{ text: path, code: true, bold: true },
			readOnly
				? { text: "⊘ read only", size: 0.8, tag: true, look: "bad", bold: true }
				: { text: "read, write", size: 0.8, tag: true },
			...(isNew ? [{ text: "+ new", size: 0.8, tag: true, look: "good", bold: true }] : []),
		];
		const card = this.sheet.behind(key, `card mnt${isNew ? " is-changed" : ""}`, () =>
			this.#asWide(grown(this.sheet.flow(key, [MARGIN + 6, y + 4], items, room - 12), 6, 4)),
		);
		this.#cards.set(key, card);
		return this.#withCallout(key, card, y);
	}

	/** All cards of a frame are equally wide, so that their lines begin below each other. */
	#asWide = (box: Box): Box => ({ ...box, x: MARGIN, width: this.#width - 2 * MARGIN });

	#source(source: VolumeSource, y: number): number {
		const { sheet } = this;
		const x = this.#isWide ? sheet.width - this.#width : 0;
		const room = this.#width - 2 * MARGIN;
		const look = { directory: "host", file: "host", volume: "user", memory: "cgroup" }[source.kind];
		const names = source.names.map(({ name, isFromImage, isNew }): Item => {
			const text = `${isNew ? "+ " : ""}${name}`;
			return {
				text,
				code: true,
				size: 0.85,
				tag: true,
				bold: isNew,
				look: isNew ? "changed" : isFromImage ? "layer" : "",
			};
		});
		const more: Item[] = source.isTruncated ? [{ text: "and more", size: 0.85, look: "muted" }] : [];
		const none: Item[] =
			names.length === 0 && source.kind !== "file" ? [{ text: "empty", size: 0.85, look: "muted" }] : [];
		const fromImage: Item[] = source.names.some(({ isFromImage }) => isFromImage)
			? [{ text: "▣ copied from the image", size: 0.8, look: "layer" }]
			: [];
		const card = sheet.behind(source.key, `frame ${look}`, () => {
			const head = sheet.flow(`${source.key}.head`, [x + MARGIN, y + 6], headOf(source, look), room);
			const items = [...names, ...more, ...none, ...fromImage];
			const at = [x + MARGIN, head.y + head.height + 5] as const;
			const content = items.length === 0 ? head : sheet.flow(`${source.key}.names`, at, items, room);
			return { x, y, width: this.#width, height: content.y + content.height + 7 - y };
		});
		this.#cards.set(source.key, card);
		return this.#withCallout(source.key, card, y);
	}

	#withCallout(key: string, card: Box, y: number): number {
		const bottom = Math.max(y, card.y + card.height) + ROW_GAP;
		if (key !== this.picture.changedKey) return bottom;
		const place = { x: card.x, y: bottom - 4, width: card.width };
		const callout = this.sheet.callout(this.picture.latestChange, place, card.x + 30);
		return callout.y + callout.height + ROW_GAP;
	}

	/** Each source has a lane of its own, in which the lines from all its targets meet. */
	#line({ key, source, readOnly }: VolumeTarget): void {
		const [from, to] = [this.#cards.get(key), this.#cards.get(source)];
		const index = this.picture.sources.findIndex((one) => one.key === source);
		if (from === undefined || to === undefined) return;
		const part = (index + 1) / (this.picture.sources.length + 1);
		const [start, end] = [from.x + from.width, this.#isWide ? to.x : to.x + to.width];
		const lane = this.#isWide ? this.#width + part * BETWEEN : this.#width + 4 + part * (AT_EDGE - 6);
		const [fromY, toY] = [from.y + EM * 0.9, to.y + EM];
		const points = [
			[start, fromY],
			[lane, fromY],
			[lane, toY],
			[end, toY],
		] as const;
		this.sheet.line(`${key}.line`, points, readOnly ? "mnt unmapped" : "mnt");
	}
}

function headOf({ kind, path, name }: VolumeSource, look: string): Item[] {
	if (kind === "memory")
		return [
			{ text: "memory", bold: true },
			{ text: "gone with the container", size: 0.8, tag: true, look },
		];
	if (kind === "volume")
		return [
			{ text: name, code: true, bold: true },
			{ text: "named volume", size: 0.8, tag: true, look },
		];
	return [
		{ text: path, code: true, bold: true },
		{ text: `${kind} of the host`, size: 0.8, tag: true, look },
	];
}
