import type { ShellName, Size } from "../events.ts";
import { NOTHING_CHOSEN, type Shown } from "../messages.ts";
import { terminalColors } from "./appearance.ts";
import { type Composition, compose } from "./composition.ts";
import { elementById, h, replaceContent } from "./elements.ts";
import { fitFontSize } from "./fit.ts";
import { LessonText } from "./lesson-text.ts";
import { paintSentence } from "./sentence.ts";
import { ShellsPanel } from "./shells-panel.ts";
import type { Showing } from "./showing.ts";
import { ViewPanel } from "./view-panel.ts";
import type { Painter } from "./views/painter.ts";
import { PAINTERS } from "./views.ts";
import { WorkPanel } from "./work-panel.ts";

const ELEMENTS = { sentence: "sentence", shell: "shells", drawing: "view", lesson: "lesson", report: "work" } as const;
/** The largest font sizes of a sentence, as multiples of the usual one: beside the drawing, and alone on the page. */
const SENTENCE_LARGEST = 1.35;
const ALONE_LARGEST = 2;
const NOTHING_SEEN = "There is nothing to show: the command has not run yet.";

interface Options {
	/** Called with what the user wants to see. */
	choose: (change: Partial<Shown>) => void;
	/** Called with what is typed into a shell; null on a page that only looks. */
	onTyped: ((shell: ShellName, keys: string) => void) | null;
}

/** The panes of the page, and which of them are on it. */
export class Panes {
	readonly shells: ShellsPanel;
	readonly work = new WorkPanel();
	readonly #lesson: LessonText;
	readonly #view: ViewPanel;

	constructor({ choose, onTyped }: Options) {
		this.#lesson = new LessonText(elementById("lesson"), (paragraph) => choose({ paragraph }));
		this.#view = new ViewPanel(
			{
				tabs: elementById("view-tabs"),
				picture: elementById("picture"),
				latestChange: elementById("latest-change"),
				time: elementById("time"),
			},
			(view) => choose({ view }),
			(atMs) => choose({ atMs }),
		);
		this.shells = new ShellsPanel(elementById("shells"), {
			onTyped,
			onLeave: () => elementById("main").focus(),
			onChoose: (shell) => choose({ shell }),
		});
		void this.#lesson.load();
	}

	/** The views that the demo is about, in its order; all views if it does not say. */
	viewsOf(showing: Showing): readonly Painter[] {
		const names = showing.demo.header?.views ?? [];
		const used = names.flatMap((name) => PAINTERS.find((painter) => painter.name === name) ?? []);
		return used.length === 0 ? PAINTERS : used;
	}

	paint(showing: Showing): void {
		const { demo, shown, composition, working } = showing;
		layOut(composition);
		replaceContent(elementById("sentence"), ...sentenceOf(showing));
		replaceContent(elementById("work"), ...this.work.paint());
		this.shells.show(composition.shell, demo.shells, shown.atMs);
		const past = working ? this.work.past : demo.past;
		this.#view.show({
			past,
			shown: working ? past : demo.pastAt(shown.atMs),
			stepFromMs: working ? null : demo.doneStepFromMs(shown.atMs),
			painters: this.viewsOf(showing),
			view: shown.view,
			textIfEmpty: NOTHING_SEEN,
		});
		this.#lesson.show(shown.paragraph);
		this.fit(showing);
		// Says what stands on the page, for programs that take pictures of it.
		const { name, panes, shell } = composition;
		elementById("main").dataset["drawn"] = JSON.stringify({
			...showing.place,
			...this.#view.drawn,
			name,
			panes,
			shell,
		});
	}

	/** Adapts the font sizes to the room that there is. */
	fit({ composition, demo, shown, recorded, presents }: Showing): void {
		const isCaption = composition.name === "do" && composition.panes.length > 1;
		fitFontSize(
			elementById("sentence"),
			isCaption ? 1 : composition.panes.length > 1 ? SENTENCE_LARGEST : ALONE_LARGEST,
		);
		const { columns, rows } = demo.sizeOf(composition.shell);
		// The lines of a recording must be wrapped where they were wrapped when it was made. So the terminal keeps the
		// recording's number of columns, but not its number of rows.
		const usualAtMost = presents && !recorded && shown.alone !== "shell";
		this.shells.fit({ columns, rows: recorded ? null : rows }, usualAtMost);
	}

	/** How many columns and rows fit on this page while a shell stands beside the drawing; null if that is not known. */
	roomForShells({ composition }: Showing): Size | null {
		layOut(compose({ ...NOTHING_CHOSEN, composition: "do" }, "running", composition.shell, false));
		const { room } = this.shells;
		layOut(composition);
		return room;
	}

	updateColors(): void {
		this.shells.colors = terminalColors();
	}
}

/** Puts the panes of a composition on the page. */
function layOut({ name, panes, attention }: Composition): void {
	const main = elementById("main");
	Object.assign(main.dataset, { composition: name, panes: panes.length });
	for (const [pane, id] of Object.entries(ELEMENTS)) {
		elementById(id).hidden = !panes.some((other) => other === pane);
		elementById(id).toggleAttribute("data-attention", pane === attention && panes.length > 1);
	}
}

function sentenceOf({ demo, place, script, composition }: Showing): Node[] {
	const { header, promiseBroken, down } = demo;
	if (script !== undefined && place.phase !== null)
		return paintSentence({ script, phase: place.phase, composition: composition.name, promiseBroken, down });
	const text =
		header === null
			? "Connecting to drydock …"
			: "A virtual machine starts, and then the demo's shells in it. This takes some seconds …";
	return [h("p", { class: "loading" }, text)];
}
