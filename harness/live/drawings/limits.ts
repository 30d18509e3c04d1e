import type { CgroupCharts, Chart, LimitsPicture } from "../views/limits.ts";
import { MACHINE } from "../views/resource-use.ts";
import { type Box, type Drawing, EM, type Point } from "./shapes.ts";
import type { Item, Sheet } from "./sheet.ts";

const MARGIN = 12;
const GAUGE_HEIGHT = 22;
/** The height of the chart below a gauge. */
const HISTORY_HEIGHT = 40;
/** Where the limit is on a gauge, as a part of its width. The rest of the gauge is beyond the limit. */
const LIMIT_AT = 0.82;

/**
 * A frame for each cgroup and for the whole machine, with a gauge for memory and for every other resource that has a
 * limit: how much is used, and what the kernel did at the limit.
 */
export function drawLimits(picture: LimitsPicture, sheet: Sheet): Drawing {
	const { groups, latestChange, changed } = picture;
	if (groups.length === 0) sheet.text("empty", [0, 0], "No process is in a cgroup with limits.", { look: "muted" });
	const isShown = groups.some(({ name }) => name === changed?.group);
	let y = 0;
	if (latestChange !== "" && !isShown)
		y = sheet.callout(latestChange, { x: 0, y, width: sheet.width }, null).height + 10;
	for (const group of groups) y = new GroupPen(group, picture, sheet).draw(y) + 12;
	return sheet.finish();
}

class GroupPen {
	constructor(
		private readonly group: CgroupCharts,
		private readonly picture: LimitsPicture,
		private readonly sheet: Sheet,
	) {}

	/** Draws the frame, and returns its bottom. */
	draw(y: number): number {
		const { group, sheet } = this;
		const { name, charts } = group;
		const isMachine = name === MACHINE;
		const look = isMachine ? "host" : "cgroup";
		const frame = sheet.behind(`cgroup.${name}`, `frame ${look}${this.#isAbout(null) ? " is-changed" : ""}`, () => {
			const items: Item[] = [
				{ text: name, bold: true, code: !isMachine, look },
				...(isMachine ? [] : [{ text: "cgroup", size: 0.8, tag: true, look }]),
			];
			const title = sheet.flow(`cgroup.${name}.title`, [MARGIN, y + 5], items, sheet.width - 2 * MARGIN);
			let bottom = title.y + title.height + 4;
			if (this.#isAbout(null)) bottom = this.#callout(bottom, null);
			const none = "Its parent enables no controller for it, so it has no limits.";
			if (charts.length === 0) {
				const text = sheet.paragraph(`cgroup.${name}.none`, [MARGIN, bottom], none, sheet.width - 2 * MARGIN, {
					look: "muted",
				});
				bottom = text.y + text.height + 4;
			}
			for (const chart of charts) bottom = this.#gauge(chart, bottom);
			return { x: 0, y, width: sheet.width, height: bottom - y + 4 };
		});
		return frame.y + frame.height;
	}

	// Whether the latest change is one of this resource of the cgroup; null: of the cgroup as a whole.
	#isAbout(resource: Chart["resource"] | null): boolean {
		const { changed } = this.picture;
		return changed?.group === this.group.name && changed.resource === resource;
	}

	#callout(y: number, pointsAt: number | null): number {
		const place = { x: MARGIN, y, width: this.sheet.width - 2 * MARGIN };
		const callout = this.sheet.callout(this.picture.latestChange, place, pointsAt);
		return callout.y + callout.height + 8;
	}

	/** Draws how much of a resource is used, now and before. Returns where the next gauge may begin. */
	#gauge(chart: Chart, y: number): number {
		const { sheet } = this;
		const { resource, amountText, mostText, eventText, limit, points, events } = chart;
		const key = `cgroup.${this.group.name}.${resource}`;
		const width = sheet.width - 2 * MARGIN;
		const words: Item[] = [
			{ text: resource, bold: true },
			{ text: amountText, size: 0.95 },
			...(mostText === "" ? [] : [{ text: mostText, size: 0.85, look: "muted" }]),
			...(eventText === "" ? [] : [{ text: `✕ ${eventText}`, size: 0.85, tag: true, bold: true, look: "bad" }]),
		];
		const text = sheet.flow(`${key}.text`, [MARGIN, y], words, width);
		const track: Box = { x: MARGIN, y: text.y + text.height + 6, width, height: GAUGE_HEIGHT };
		const most = limit === null ? chart.top : limit / LIMIT_AT;
		const x = (value: number) => track.x + Math.min(1, value / most) * track.width;
		const used = points.at(-1)?.value ?? 0;
		const peak = Math.max(...points.map(({ value }) => value), 0);
		const full = limit !== null && used > limit * 0.95;
		sheet.rectangle(`${key}.track`, track, "track");
		if (peak > used) sheet.rectangle(`${key}.peak`, { ...track, width: x(peak) - track.x }, "peak cgroup");
		sheet.rectangle(
			`${key}.used`,
			{ ...track, width: Math.max(3, x(used) - track.x) },
			`paint used ${full ? "bad" : "cgroup"}`,
		);
		if (limit !== null) {
			const wall: Point[] = [
				[x(limit), track.y - 5],
				[x(limit), track.y + GAUGE_HEIGHT + 5],
			];
			sheet.line(`${key}.limit`, wall, "limit");
			const style = { size: 0.8, bold: true };
			sheet.text(
				`${key}.limit`,
				[x(limit) + 6, track.y + (GAUGE_HEIGHT - EM) / 2],
				sheet.fit("limit", track.width - x(limit) + track.x, style),
				style,
			);
		}
		const history = this.#history(chart, key, { ...track, y: track.y + GAUGE_HEIGHT + 8, height: HISTORY_HEIGHT });
		if (!this.#isAbout(resource)) return history + 10;
		return this.#callout(history + 4, events.length > 0 ? this.#xAt(events.at(-1)?.atMs ?? 0, track) : x(used));
	}

	#xAt(atMs: number, { x, width }: Box): number {
		const { fromMs, toMs } = this.picture;
		return toMs === fromMs ? x + width : x + ((atMs - fromMs) / (toMs - fromMs)) * width;
	}

	/**
	 * Draws an area: what was used in the time that the picture shows. Each event is a line across the area, with a cross
	 * unless another event follows within 800 ms. Returns the bottom of
	 * what is drawn.
	 */
	#history({ points, limit, top, events }: Chart, key: string, place: Box): number {
		const bottom = place.y + place.height;
		const y = (value: number) => bottom - (value / top) * place.height;
		const corners = points.flatMap(({ atMs, value }, index): Point[] => {
			const at = this.#xAt(atMs, place);
			const before = points[index - 1];
			return before === undefined
				? [[at, y(value)]]
				: [
						[at, y(before.value)],
						[at, y(value)],
					];
		});
		const [first, last] = [corners[0]?.[0] ?? place.x, place.x + place.width];
		const end: Point[] = [
			[last, corners.at(-1)?.[1] ?? bottom],
			[last, bottom],
			[first, bottom],
		];
		this.sheet.line(`${key}.history`, [...corners, ...end], "area cgroup", { closed: true });
		this.sheet.line(
			`${key}.base`,
			[
				[place.x, bottom],
				[last, bottom],
			],
			"base",
		);
		if (limit !== null)
			this.sheet.line(
				`${key}.history.limit`,
				[
					[place.x, y(limit)],
					[last, y(limit)],
				],
				"limit thin",
			);
		for (const [index, { atMs }] of events.entries()) {
			const at = this.#xAt(atMs, place);
			this.sheet.line(
				`${key}.event.${index}`,
				[
					[at, place.y],
					[at, bottom],
				],
				"bad",
			);
			const style = { size: 0.9, bold: true, look: "bad" };
			const room = Math.min(Math.max(at - 6, place.x), last - 12);
			if ((events[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs > 800)
				this.sheet.text(`${key}.event.${index}`, [room, place.y - 10], "✕", style);
		}
		return this.#times(key, place, bottom);
	}

	/** Writes below a chart which time it shows, and returns where that ends. */
	#times(key: string, { x, width }: Box, y: number): number {
		const { fromMs, toMs } = this.picture;
		const style = { size: 0.75, look: "muted" };
		const seconds = Math.round((toMs - fromMs) / 1_000);
		const now = this.sheet.widthOf("now", style);
		if (seconds > 0) this.sheet.text(`${key}.from`, [x, y + 1], `${seconds} s ago`, style);
		const end = this.sheet.text(`${key}.now`, [x + width - now, y + 1], "now", style);
		return end.y + end.height;
	}
}
