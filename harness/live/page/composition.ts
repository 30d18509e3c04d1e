import type { Phase, ShellName } from "../events.ts";
import type { Shown } from "../messages.ts";

/** A part of the page. `report` is the report on the learner's own work. */
export type Pane = "sentence" | "shell" | "drawing" | "lesson" | "report";
export type CompositionName = NonNullable<Shown["composition"]> | "work";

/** What stands on the page, and where to look. */
export interface Composition {
	name: CompositionName;
	panes: readonly Pane[];
	/** The one pane to look at. It is marked. */
	attention: Pane;
	/** The shell to show. */
	shell: ShellName;
}

const PANES: Record<CompositionName, readonly Pane[]> = {
	say: ["sentence", "drawing"],
	do: ["shell", "sentence", "drawing"],
	read: ["lesson"],
	work: ["report", "drawing"],
};

/**
 * Composes the page. Before a step is played, the sentence stands beside the drawing. While the step is played, the
 * shell stands beside the drawing. When the step is done, the sentence below the shell says where to look.
 * @param shown what the presenter or the page's user has chosen; it counts more than the demo's state
 * @param phase null until the demo has begun
 * @param stage the shell that the step's command is typed into
 * @param working whether the page shows the learner's own work; other pages do not follow this choice
 */
export function compose(shown: Shown, phase: Phase | null, stage: ShellName, working: boolean): Composition {
	const name = working ? "work" : (shown.composition ?? (phase === "told" || phase === null ? "say" : "do"));
	const all = PANES[name];
	const alone = all.find((pane) => pane === shown.alone);
	const panes = alone === undefined ? all : [alone];
	return { name, panes, attention: alone ?? attentionOf(name, phase), shell: shown.shell ?? stage };
}

function attentionOf(name: CompositionName, phase: Phase | null): Pane {
	if (name === "read") return "lesson";
	if (name === "work") return "report";
	return name === "say" || phase === "done" ? "sentence" : "shell";
}

/** The pane to show alone after the next press of the key for `alone`: one pane after the other, then null. */
export function nextAlone(shown: Shown, { name, attention }: Composition): Shown["alone"] {
	const all = PANES[name].filter((pane) => pane === "sentence" || pane === "shell" || pane === "drawing");
	// The drawing is first, because its details need the most room. But the shell is first while the audience is to look
	// at the shell.
	const first = attention === "shell" ? "shell" : "drawing";
	const order: Shown["alone"][] = [...all.filter((pane) => pane === first), ...all.filter((pane) => pane !== first)];
	return order[order.indexOf(shown.alone) + 1] ?? null;
}
