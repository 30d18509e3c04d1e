import { type CgroupCharts, type Chart, limitsOf } from "../../views/limits.ts";
import { h, svg } from "../elements.ts";
import type { Painter } from "./painter.ts";

const WIDTH = 600;
const HEIGHT = 100;

/** What cgroups use over time, and their limits. */
export const limits: Painter = {
	name: "limits",
	title: "Limits",
	isRead: ({ host }) => host.memory !== null,
	paint(past) {
		const { latestChange, fromMs, toMs, groups } = limitsOf(past);
		const body =
			groups.length === 0
				? h("p", { class: "limits-empty" }, "No process is in a cgroup with limits.")
				: h("div", { class: "limits" }, ...groups.map((group) => cgroupSection(group, fromMs, toMs)));
		return { latestChange, body };
	},
};

function cgroupSection({ name, charts }: CgroupCharts, fromMs: number, toMs: number): Element {
	const none = "Its parent enables no controller for it, so it has no limits.";
	return h(
		"section",
		{ class: "limits-group" },
		h("h3", { class: "limits-name" }, name),
		charts.length === 0
			? h("p", { class: "limits-empty" }, none)
			: h("div", { class: "limits-charts" }, ...charts.map((chart) => chartFigure(chart, fromMs, toMs))),
	);
}

function chartFigure(
	{ resource, amountText, limit, points, top, events }: Chart,
	fromMs: number,
	toMs: number,
): Element {
	const x = (atMs: number) => (toMs === fromMs ? WIDTH : ((atMs - fromMs) / (toMs - fromMs)) * WIDTH);
	const y = (value: number) => HEIGHT - (value / top) * HEIGHT;
	const path = steppedPath(points.map(({ atMs, value }) => [x(atMs), y(value)] as const));
	const eventTexts = events.map(({ label }) => `; ${label}`).join("");
	const picture = svg(
		"svg",
		{
			...{ class: "limits-plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" },
			...{ role: "img", "aria-label": `${resource}: ${amountText}${eventTexts}` },
		},
		svg("path", { class: "limits-usage-area", d: `${path} V${HEIGHT} H${x(points[0]?.atMs ?? toMs)} Z` }),
		svg("path", { class: "limits-usage-line", d: path }),
		limit !== null && svg("path", { class: "limits-limit-line", d: `M0 ${y(limit)} H${WIDTH}` }),
		...events.map(({ atMs }) => svg("path", { class: "limits-event-line", d: `M${x(atMs)} 0 V${HEIGHT}` })),
	);
	return h(
		"figure",
		{ class: `limits-chart limits-${resource}` },
		h("figcaption", { class: "limits-caption" }, h("b", {}, resource), ` ${amountText}`),
		h(
			"div",
			{ class: "limits-frame" },
			picture,
			...labelsThatFit(events.map(({ label, atMs }) => ({ text: `✕ ${label}`, at: x(atMs) / WIDTH }))).map(
				labelElement,
			),
			limit !== null &&
				h("span", { class: "limits-limit-label", style: `top: ${(y(limit) / HEIGHT) * 100}%` }, "limit"),
		),
	);
}

/** The room for a label, as a fraction of the chart's width. If two marks are nearer, only the later one has a label. */
const LABEL_WIDTH = 0.4;

interface Label {
	text: string;
	at: number;
}

const labelsThatFit = (labels: readonly Label[]) =>
	labels.filter(({ at }, index) => (labels[index + 1]?.at ?? Number.POSITIVE_INFINITY) - at > LABEL_WIDTH);

// Places a label on the side of its line where there is room.
function labelElement({ text, at }: Label): Element {
	const style = at > 0.6 ? `right: ${(1 - at) * 100}%` : `left: ${at * 100}%`;
	return h("span", { class: "limits-event-label", style, "aria-hidden": "true" }, text);
}

// A path in steps: a value holds until the next one.
function steppedPath(points: readonly (readonly [number, number])[]): string {
	const [first, ...rest] = points;
	if (first === undefined) return "M0 0";
	return `M${round(first[0])} ${round(first[1])}${rest.map(([x, y]) => ` H${round(x)} V${round(y)}`).join("")}`;
}

const round = (n: number) => Math.round(n * 10) / 10;
