import type { DemoEvent, ShellName } from "../events.ts";
import { NOTHING_CHOSEN, type PlayerMessage, type ServerMessage, type Shown, type WorkState } from "../messages.ts";
import { applyAppearance, readAppearance } from "./appearance.ts";
import { Clock } from "./clock.ts";
import { nextAlone } from "./composition.ts";
import { Connection, type State } from "./connection.ts";
import { paintDesk } from "./desk.ts";
import { Dialogs } from "./dialogs.ts";
import { elementById, h, replaceContent } from "./elements.ts";
import { type Action, actionFor, keyHelp } from "./keys.ts";
import { Panes } from "./panes.ts";
import { paintProgress } from "./progress.ts";
import { Showing } from "./showing.ts";
import { paintTools } from "./tools.ts";

/** How long the window's size must stay the same before the page adapts to it. */
const RESIZE_MS = 150;
/** What the page says until an action has an effect. */
const WAITS_FOR = {
	back: "Going back …",
	jump: "Going to that step …",
	replay: "Going back to the beginning of the step …",
	reset: "Going back to the beginning …",
} as const;

const dialogs = new Dialogs(document.querySelector("dialog") ?? h("dialog"));
const appearance = readAppearance();
applyAppearance(appearance);
const showing = new Showing();
let panes: Panes | null = null;
let clock: Clock | null = null;
let resizing: ReturnType<typeof setTimeout> | undefined;

// A terminal measures its font when it is opened, so the font must be loaded before.
await document.fonts.load("1em 'Atkinson Hyperlegible Mono Variable'").catch(() => []);
addWindowListeners();
setInterval(paintControls, 1_000);
const connection = new Connection(receive, showConnection);

function receive(message: ServerMessage): void {
	if (message.type === "welcome") begin(message);
	if (message.type === "event") applyEvent(message.event);
	// Output is frequent, and only the shells show it.
	if (message.type === "event" && message.event.type === "output") return;
	if (message.type === "work") updateWork(message.work);
	if (message.type === "followers") showing.followers = message.count;
	if (message.type === "shown") showing.follow(message.shown);
	if (message.type === "problem") {
		showing.waitsFor = "";
		elementById("message").textContent = message.text;
	}
	paint();
}

function begin(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
	showing.begin(welcome);
	document.documentElement.dataset["role"] = welcome.role;
	panes ??= new Panes({ choose, onTyped: showing.presents && !showing.recorded ? type : null });
	panes.updateColors();
	panes.shells.clear();
	for (const event of welcome.events) panes.shells.apply(event);
	clock = new Clock(showing.demo.header?.lesson ?? "");
	updateWork(welcome.desk?.work ?? null);
	shareSize();
}

function applyEvent(event: DemoEvent): void {
	const before = showing.shown;
	showing.apply(event);
	panes?.shells.apply(event);
	if (event.type === "demo") shareSize();
	if (event.type === "step" && event.phase === "typing") clock?.start();
	if (showing.shown !== before) shareShown();
}

function updateWork(state: WorkState | null): void {
	panes?.work.update(state);
	if (state !== null && state.verdict !== "waiting") showing.working = true;
}

/** Shows what the page's user has chosen. Followers see what a presenter has chosen. */
function choose(change: Partial<Shown>): void {
	showing.choose(change);
	shareShown();
	paint();
}

function shareShown(): void {
	if (showing.presents) connection.send({ action: "show", shown: showing.shown });
}

// The presenter's page decides how many columns and rows the terminals have: as many as fit beside the drawing. All
// other pages adapt their font size, and so does a shell that fills the presenter's page.
function shareSize(): void {
	const { presents, demo, composition } = showing;
	if (!presents || panes === null || demo.header === null) return;
	const [size, shared] = [panes.roomForShells(showing), demo.sizeOf(composition.shell)];
	if (size !== null && (size.columns !== shared.columns || size.rows !== shared.rows))
		connection.send({ action: "resize", size });
}

function paint(): void {
	const { header } = showing.demo;
	const { step } = showing.place;
	document.title = header === null ? "drydock live" : `${step}/${header.steps.length} ${header.title}`;
	elementById("title").textContent = header?.title ?? "drydock live";
	elementById("place").textContent =
		header === null
			? ""
			: `${header.lesson} · step ${step} of ${header.steps.length}${showing.recorded ? " · recording" : ""}`;
	document.documentElement.toggleAttribute("data-past", showing.shown.atMs !== null);
	elementById("state").textContent = showing.state;
	const jump = showing.presents ? (to: number) => steer({ action: "jump", step: to }) : null;
	if (header !== null) replaceContent(elementById("progress"), ...paintProgress(header, showing.place, jump));
	paintControls();
	panes?.paint(showing);
}

function paintControls(): void {
	const { presents } = showing;
	replaceContent(elementById("tools"), ...paintTools(presents, panes?.work.isUsed === true, act));
	if (presents && clock !== null) replaceContent(elementById("desk"), ...paintDesk(showing, clock.text, act));
}

function showConnection(state: State, reason: string): void {
	const texts: Record<State, string> = {
		connecting: "connecting …",
		open: "",
		lost: "✗ the connection is lost; reconnecting …",
		over: reason === "" ? "the demo is over" : reason,
	};
	elementById("connection").textContent = texts[state];
	document.documentElement.dataset["connection"] = state;
}

function act(action: Action): void {
	elementById("message").textContent = "";
	// If the page shows the past, every action but these three makes it show the present.
	const { atMs } = NOTHING_CHOSEN;
	if (action !== "earlier" && action !== "later" && action !== "leave" && showing.shown.atMs !== null) choose({ atMs });
	if (typeof action === "number") choose({ view: panes?.viewsOf(showing)[action]?.name ?? showing.shown.view });
	else if (action === "large" || action === "theme") changeAppearance(action);
	else if (action === "keys") dialogs.keys(keyHelp(showing, panes?.viewsOf(showing).length ?? 0));
	else if (action === "earlier" || action === "later")
		changeAndShare(() => showing.moveInTime(action === "earlier" ? -1 : 1));
	else if (action === "leave") changeAndShare(() => showing.leave());
	else if (action === "alone") choose({ alone: nextAlone(showing.shown, showing.composition) });
	else if (action === "lesson") compose("read");
	else if (action === "compose") compose(showing.composition.name === "do" ? "say" : "do");
	else if (action === "work") showing.working = panes?.work.isUsed === true && !showing.working;
	else if (showing.presents) actAsPresenter(action);
	paint();
}

function changeAndShare(change: () => void): void {
	change();
	shareShown();
}

function compose(composition: NonNullable<Shown["composition"]>): void {
	const shown = showing.composition.name === composition;
	showing.working = false;
	choose({ composition: shown ? null : composition, alone: null });
}

function changeAppearance(what: "large" | "theme"): void {
	if (what === "large") appearance.large = !appearance.large;
	else appearance.theme = appearance.theme === "light" ? "dark" : "light";
	applyAppearance(appearance);
	panes?.updateColors();
	shareSize();
}

function actAsPresenter(action: Exclude<Action, number>): void {
	const { demo, place, recorded, script, desk } = showing;
	if (action === "next" || action === "back" || action === "replay" || action === "reset") steer({ action });
	else if (action === "host" || action === "container") typeInto(action);
	else if (action === "note") showing.noteShown = script?.note !== undefined && !showing.noteShown;
	else if (action === "window") {
		window.open(desk?.audienceLink, "drydock-audience", "popup,width=1280,height=720");
		// The audience does not look at this window any more.
		showing.noteShown = true;
	} else if (action === "share") dialogs.share(desk?.share ?? null, showing.followers);
	else if (action === "end") dialogs.end(recorded, () => connection.send({ action: "end" }));
	else if (action === "jump") {
		const narrations = demo.header?.steps.map(({ narration }) => narration) ?? [];
		dialogs.jump(narrations, place.step, (step) => steer({ action: "jump", step }));
	}
}

function steer(message: Extract<PlayerMessage, { action: keyof typeof WAITS_FOR | "next" }>): void {
	const { working, shown, composition } = showing;
	showing.working = false;
	// The demo goes on, so the page shows neither the past nor the lesson's text.
	if (shown.atMs !== null || composition.name === "read") choose({ atMs: null, composition: null });
	if (message.action !== "next") showing.waitsFor = WAITS_FOR[message.action];
	// The first "next" after the learner's own work only shows the demo again.
	if (message.action !== "next" || !working) connection.send(message);
	paint();
}

function typeInto(shell: ShellName): void {
	if (showing.recorded || !showing.demo.shells.includes(shell)) return;
	choose({ shell, composition: "do", alone: null });
	panes?.shells.focus();
}

function type(shell: ShellName, keys: string): void {
	if (showing.shown.atMs !== null) choose({ atMs: null });
	connection.send({ action: "type", shell, keys });
}

function addWindowListeners(): void {
	document.addEventListener("keydown", (event) => {
		const typing = panes?.shells.hasFocus === true || event.target instanceof HTMLInputElement;
		if (typing || dialogs.isOpen || event.ctrlKey || event.altKey || event.metaKey) return;
		// These keys press the button that has the focus.
		if (event.target instanceof HTMLButtonElement && [" ", "Enter"].includes(event.key)) return;
		const action = actionFor(event.key);
		if (action === null) return;
		event.preventDefault();
		act(action);
	});
	addEventListener("resize", () => {
		clearTimeout(resizing);
		resizing = setTimeout(() => {
			shareSize();
			panes?.fit(showing);
		}, RESIZE_MS);
	});
}
