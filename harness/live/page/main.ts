import { type DemoEvent, SHELLS, type ShellName } from "../events.ts";
import type { PageMessage, Role, ServerMessage, Share, WorkState } from "../messages.ts";
import { applyAppearance, readAppearance, terminalColors } from "./appearance.ts";
import { Connection, type State } from "./connection.ts";
import { DemoState } from "./demo-state.ts";
import { Dialogs } from "./dialogs.ts";
import { h } from "./elements.ts";
import { actionFor } from "./keys.ts";
import { Shell } from "./shell.ts";
import { paintSteps } from "./steps.ts";
import { ViewPanel } from "./view-panel.ts";
import { PAINTERS } from "./views.ts";
import { WorkPanel } from "./work-panel.ts";

const FONT_SIZES = { normal: 15, large: 20 };
const RESIZE_MS = 150;

const elementById = (id: string): HTMLElement => document.getElementById(id) ?? h("div");
const dialogs = new Dialogs(document.querySelector("dialog") ?? h("dialog"));
const viewPanel = new ViewPanel(PAINTERS, {
	tabs: elementById("view-tabs"),
	picture: elementById("picture"),
	latestChange: elementById("latest-change"),
	time: elementById("time"),
});
const appearance = readAppearance();
const TEXTS = ["steps", "lesson", "work"] as const;
let demoState = new DemoState();
const workPanel = new WorkPanel();
let text: (typeof TEXTS)[number] = "steps";
let role: Role | null = null;
let share: Share | null = null;
let followers = 0;
let noteShown = false;
let shells: Record<ShellName, Shell> | null = null;
let resizing: ReturnType<typeof setTimeout> | undefined;

applyAppearance(appearance);
// A terminal measures its font only once, so the font must be there before.
await document.fonts.load("1em 'Atkinson Hyperlegible Mono Variable'").catch(() => []);
const connection = new Connection(receive, showConnection);
void readLesson();
addWindowListeners();
showText("steps");

function receive(message: ServerMessage): void {
	if (message.type === "welcome") {
		[role, share, demoState] = [message.role, message.share, new DemoState()];
		document.documentElement.dataset["role"] = role;
		shells ??= makeShells(role);
		for (const shell of SHELLS) shells[shell].clearAndShow("");
		paintButtons();
		for (const event of message.events) applyEvent(event);
		updateWork(message.work);
		fitShells();
	}
	if (message.type === "event") applyEvent(message.event);
	if (message.type === "work") updateWork(message.work);
	if (message.type === "followers") followers = message.count;
	if (message.type === "problem") elementById("message").textContent = message.text;
	paint();
}

function applyEvent(event: DemoEvent): void {
	demoState.apply(event);
	if (event.type === "demo") viewPanel.suggest(event.views?.[0]);
	if (event.type === "output") shells?.[event.shell].show(event.data);
	if (event.type === "screen") shells?.[event.shell].clearAndShow(event.data);
	if (event.type === "size" && role === "follower") shells?.[event.shell].fitFontTo(event.size, fontSize());
	if (event.type === "size" && role === "presenter" && shells !== null) shells[event.shell].size = event.size;
	if (event.type === "view" || event.type === "back") updateViewPanel();
}

function updateWork(state: WorkState | null): void {
	workPanel.update(state);
	elementById("tab-work").hidden = state === null;
	elementById("work").replaceChildren(...workPanel.paint());
	if (state !== null && state.verdict !== "waiting") showText("work");
}

// While the text shows the learner's own work, the picture shows what the kernel showed of it.
function updateViewPanel(): void {
	viewPanel.show(
		text === "work" ? workPanel.past : demoState.past,
		"There is nothing to show: the command has not run yet.",
	);
}

function paint(): void {
	const { header, step } = demoState;
	elementById("title").textContent = header?.title ?? "drydock live";
	elementById("place").textContent = header === null ? "" : `${header.lesson} · step ${step} of ${header.steps.length}`;
	document.title = header === null ? "drydock live" : `${step}/${header.steps.length} ${header.title}`;
	const jump = role === "presenter" ? (to: number) => connection.send({ action: "jump", step: to }) : null;
	elementById("steps").replaceChildren(...paintSteps(demoState, noteShown, jump));
	for (const name of SHELLS) shells?.[name].element.classList.toggle("on-stage", demoState.currentStep?.stage === name);
}

function makeShells(forRole: Role): Record<ShellName, Shell> {
	const make = (name: ShellName) => {
		const typed =
			forRole === "presenter" ? (keys: string) => connection.send({ action: "type", shell: name, keys }) : null;
		const shell = new Shell(name, typed, () => elementById("shells").focus());
		elementById("shells").append(shell.element);
		shell.open();
		shell.colors = terminalColors();
		return shell;
	};
	return { host: make("host"), container: make("container") };
}

const fontSize = () => FONT_SIZES[appearance.large ? "large" : "normal"];

// The presenter's page decides how large the terminals are. All other pages adapt their font size.
function fitShells(): void {
	if (shells === null) return;
	const { host, container } = shells;
	if (role !== "presenter") {
		for (const name of SHELLS) shells[name].fitFontTo(demoState.sizeOf(name), fontSize());
		return;
	}
	const [one, other] = [host.charactersThatFit(fontSize()), container.charactersThatFit(fontSize())];
	if (one === null || other === null) return;
	const size = { columns: Math.min(one.columns, other.columns), rows: Math.min(one.rows, other.rows) };
	const shared = demoState.sizeOf("host");
	for (const name of SHELLS) shells[name].size = size;
	if (shared.columns !== size.columns || shared.rows !== size.rows) connection.send({ action: "resize", size });
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

async function readLesson(): Promise<void> {
	const answer = await fetch("lesson.html");
	if (answer.ok) elementById("lesson").innerHTML = await answer.text();
}

function showText(which: (typeof TEXTS)[number]): void {
	text = which;
	document.documentElement.dataset["text"] = which;
	for (const name of TEXTS) {
		elementById(name).hidden = name !== which;
		elementById(`tab-${name}`).setAttribute("aria-selected", String(name === which));
	}
	updateViewPanel();
}

function nextText(): void {
	const shown = TEXTS.filter((name) => !elementById(`tab-${name}`).hidden);
	showText(shown[(shown.indexOf(text) + 1) % shown.length] ?? "steps");
}

function paintButtons(): void {
	const tool = (text: string, label: string, act: () => void) => {
		const button = h("button", { "aria-label": label, title: label }, text);
		button.addEventListener("click", act);
		return button;
	};
	const presents = role === "presenter";
	elementById("tools").replaceChildren(
		tool("A", "large or normal type (t)", () => act("large")),
		tool("◐", "light or dark colours (d)", () => act("theme")),
		...(presents ? [tool("share", "how others can follow (s)", () => act("share"))] : []),
		tool("?", "keys (?)", () => act("keys")),
	);
	const send = (action: PageMessage["action"] & ("next" | "back" | "replay" | "reset")) => () =>
		connection.send({ action });
	elementById("steering").replaceChildren(
		...(presents
			? [
					tool("◀ back", "back (←)", send("back")),
					tool("next ▶", "next (space)", send("next")),
					tool("again", "play this step again (r)", send("replay")),
					tool("reset", "start again from the beginning (R)", send("reset")),
				]
			: []),
	);
}

function act(action: ReturnType<typeof actionFor>): void {
	if (action === null) return;
	elementById("message").textContent = "";
	if (action === "large" || action === "theme") {
		if (action === "large") appearance.large = !appearance.large;
		else appearance.theme = appearance.theme === "light" ? "dark" : "light";
		applyAppearance(appearance);
		for (const name of SHELLS) if (shells !== null) shells[name].colors = terminalColors();
		fitShells();
	} else if (action === "keys") dialogs.keys();
	else if (action === "share") dialogs.share(share, followers);
	else if (action === "note") noteShown = !noteShown;
	else if (action === "text") nextText();
	else if (action === "earlier" || action === "later") viewPanel.moveInTime(action === "earlier" ? -1 : 1);
	else if (typeof action === "number") viewPanel.choose(action);
	else if (role === "presenter") present(action);
	paint();
}

function present(action: Exclude<ReturnType<typeof actionFor>, null | number>): void {
	if (action === "host" || action === "container") shells?.[action].focus();
	else if (action === "jump")
		dialogs.jump(demoState.header?.steps.length ?? 1, (step) => connection.send({ action: "jump", step }));
	else if (action === "next" || action === "back" || action === "replay" || action === "reset")
		connection.send({ action });
}

function addWindowListeners(): void {
	document.addEventListener("keydown", (event) => {
		const typing = SHELLS.some((name) => shells?.[name].hasFocus) || event.target instanceof HTMLInputElement;
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
		resizing = setTimeout(fitShells, RESIZE_MS);
	});
	for (const name of TEXTS) elementById(`tab-${name}`).addEventListener("click", () => showText(name));
}
