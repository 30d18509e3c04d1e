import {
	differenceText,
	type IdentityPicture,
	type IdMapPicture,
	type IdRange,
	type UserPair,
} from "../views/identity.ts";
import { listed } from "../views/phrases.ts";
import { type Box, type Drawing, EM, grown } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const MARGIN = 10;
/** The room between the container's side and the host's. */
const BETWEEN = 44;
const ROW_GAP = 8;

const SIDES = ["inside", "outside"] as const;
type Side = (typeof SIDES)[number];
const HEADS: Record<Side, string> = { inside: "in the container", outside: "on the host" };

/**
 * The container's users on the left, the host's on the right, and a line between the two cards of each user. A mapped
 * range of ids is a band from one side to the other.
 */
export function drawIdentity(picture: IdentityPicture, sheet: Sheet): Drawing {
	if (picture.maps.length === 0) {
		sheet.text("empty", [0, 0], "The maps have not been read yet.", { look: "muted" });
		return sheet.finish();
	}
	return new IdentityPen(picture, sheet).draw();
}

class IdentityPen {
	readonly #width: number;
	readonly #left: Record<Side, number>;

	constructor(
		private readonly picture: IdentityPicture,
		private readonly sheet: Sheet,
	) {
		this.#width = (sheet.width - BETWEEN) / 2;
		this.#left = { inside: 0, outside: this.#width + BETWEEN };
	}

	draw(): Drawing {
		const { sheet, picture } = this;
		const about = picture.ownNamespace
			? "The container's shell is in a user namespace of its own."
			: "Host and container share one user namespace: an id means the same in both.";
		const title = sheet.paragraph("about", [0, 0], about, sheet.width, { bold: true });
		const heads = SIDES.map((side) => this.#head(side, title.height + 8));
		let y = Math.max(...heads.map((box) => box.y + box.height)) + 4;
		const map = picture.maps.find(({ of }) => of === "users");
		const ranges = map?.ranges ?? [];
		for (const [index, range] of ranges.entries()) y = this.#range(range, map?.identical === true, index, y);
		y = this.#unmapped(map, y);
		return this.#groups(y);
	}

	#head(side: Side, y: number): Box {
		const { sheet } = this;
		const look = side === "inside" ? "container" : "host";
		// Both heads are of the same size, on one line if there is room for the longer one.
		const size = [1.1, 1, 0.9].find((one) => sheet.widthOf(HEADS.inside, { bold: true, size: one }) <= this.#width);
		const style = { bold: true, size: size ?? 0.9, look };
		return sheet.paragraph(`head.${side}`, [this.#left[side], y], HEADS[side], this.#width, style);
	}

	/** Draws a mapped range with its users, and returns where the next one may begin. */
	#range(range: IdRange, isAll: boolean, index: number, y: number): number {
		const { sheet, picture } = this;
		const key = `range.${index}`;
		const users = picture.users.filter(
			({ inside }) => inside.id >= range.inside.first && inside.id <= range.inside.last,
		);
		let bottom = y;
		const at = (side: Side): Box => ({ x: this.#left[side], y, width: this.#width, height: bottom - y });
		const titles = SIDES.map((side) => {
			const style = { code: true, bold: true, size: 0.9, look: "user" };
			const room = this.#width - 2 * MARGIN;
			const text = isAll ? "every id" : titleOf(range[side]);
			// No number is cut: a range that is too wide for a line goes on after its dash.
			const isWide = text.split(" ").some((word) => sheet.widthOf(word, style) > room);
			const words = isWide ? text.replace("–", "– ") : text;
			return sheet.paragraph(`${key}.${side}`, [this.#left[side] + MARGIN, y + 5], words, room, style);
		});
		bottom = Math.max(...titles.map((box) => box.y + box.height)) + 6;
		const sign = { size: 1.2, bold: true, look: "user" };
		sheet.text(`${key}.sign`, [this.#width + BETWEEN / 2 - sheet.widthOf("=", sign) / 2, y + 3], "=", sign);
		for (const user of users) bottom = this.#user(user, bottom, false);
		sheet.rectangleBehind(`${key}.frame.inside`, at("inside"), "outline container");
		sheet.rectangleBehind(`${key}.frame.outside`, at("outside"), "outline host");
		sheet.rectangleBehind(`${key}.band`, { x: 0, y, width: sheet.width, height: bottom - y }, "band user");
		return bottom + 14;
	}

	/** Users of the host that have no id in the container: they are shown there as nobody. */
	#unmapped(map: IdMapPicture | undefined, y: number): number {
		const ranges = map?.ranges ?? [];
		const isMapped = ({ inside }: UserPair) =>
			ranges.some(({ inside: { first, last } }) => inside.id >= first && inside.id <= last);
		const others = this.picture.users.filter((user) => !isMapped(user));
		if (map?.identical || (others.length === 0 && ranges.length === 0)) return y;
		const text =
			ranges.length === 0
				? "There is no map: every id is shown as 65534, nobody."
				: "All other ids are shown as 65534, nobody.";
		const words = this.sheet.paragraph("unmapped", [0, y], text, this.sheet.width, { size: 0.9, look: "muted" });
		let bottom = words.y + words.height + 6;
		for (const user of others) bottom = this.#user(user, bottom, true);
		return bottom + 4;
	}

	/** One user, as both sides see it. */
	#user(user: UserPair, y: number, isUnmapped: boolean): number {
		const { sheet, picture } = this;
		const key = `user.${user.outside.id}`;
		const isAbout = picture.latestChange !== "" && picture.changedUser === user.outside.id;
		const cards = SIDES.map((side) => {
			const { id, name } = user[side];
			const look = side === "inside" ? "container" : "host";
			const items: Item[] = [
				{ text: String(id), code: true, bold: true, size: 1.15, tag: true, look: id === 0 ? "user number" : "" },
				{ text: name || "no name", code: name !== "", bold: name !== "", look: name === "" ? "muted" : "" },
				...(user.differs && side === "outside"
					? [{ text: `≠ ${differenceText(user)}`, size: 0.8, look: "changed" }]
					: []),
				...(user.isShell && side === "inside" ? [{ text: "the shell", size: 0.8, tag: true, look: "container" }] : []),
			];
			const room = this.#width - 2 * MARGIN - 12;
			return sheet.behind(`${key}.${side}`, `card ${look}${isAbout ? " is-changed" : ""}`, () => {
				const inner = sheet.flow(`${key}.${side}`, [this.#left[side] + MARGIN + 6, y + 4], items, room);
				return { ...grown(inner, 6, 4), width: this.#width - 2 * MARGIN };
			});
		});
		const [left, right] = cards;
		if (left === undefined || right === undefined) return y;
		const middle = y + EM * 0.8;
		sheet.line(
			`${key}.same`,
			[
				[left.x + left.width, middle],
				[right.x, middle],
			],
			isUnmapped ? "unmapped" : "user",
		);
		const sign = { size: 1.2, bold: true, look: "over-lines changed" };
		if (user.differs)
			sheet.text(
				`${key}.sign`,
				[this.#width + BETWEEN / 2 - sheet.widthOf("≠", sign) / 2, middle - EM * 0.8],
				"≠",
				sign,
			);
		const bottom = Math.max(...cards.map((box) => box.y + box.height)) + ROW_GAP;
		if (!isAbout) return bottom;
		const place = { x: MARGIN, y: bottom - 4, width: sheet.width - 2 * MARGIN };
		const callout = sheet.callout(picture.latestChange, place, left.x + 30);
		return callout.y + callout.height + ROW_GAP;
	}

	/** Draws the map of groups if it differs from the map of users, and finishes. */
	#groups(y: number): Drawing {
		const [users, groups] = this.picture.maps;
		if (groups !== undefined && JSON.stringify(users?.ranges) !== JSON.stringify(groups.ranges)) {
			const texts = groups.ranges.map(({ inside, outside }) => `${rangeText(inside)} = ${rangeText(outside)}`);
			const text = `Groups have another map: ${listed(texts) || "none"}.`;
			this.sheet.paragraph("groups", [0, y], text, this.sheet.width, { size: 0.9, look: "muted" });
		}
		return this.sheet.finish();
	}
}

const titleOf = (ids: IdRange["inside"]) => `${ids.first === ids.last ? "id" : "ids"} ${rangeText(ids)}`;
const rangeText = ({ first, last }: IdRange["inside"]) => (first === last ? String(first) : `${first}–${last}`);
