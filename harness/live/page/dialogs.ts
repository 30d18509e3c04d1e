import type { Share } from "../messages.ts";
import { h } from "./elements.ts";

export const KEYS: readonly [keys: string, does: string][] = [
	["space → n PageDown", "the next step: first it is told, then it is played"],
	["← b PageUp", "back; the machine, too, is as it was"],
	["g", "go to a step"],
	["r", "the step once more"],
	["R", "all from the beginning"],
	["h, c", "type into the host's shell, into the container's"],
	["Ctrl-]", "leave the shell"],
	["1 … 8", "choose a view"],
	[", .", "look back in time, and forward"],
	["p", "your note on this step"],
	["l", "steps, lesson, your work"],
	["t", "large type"],
	["d", "light or dark"],
	["s", "how to follow"],
	["?", "these keys"],
];

/** The page's one dialog. Escape closes it. */
export class Dialogs {
	constructor(private readonly dialog: HTMLDialogElement) {}

	get isOpen(): boolean {
		return this.dialog.open;
	}

	keys(): void {
		const rows = KEYS.map(([keys, does]) => h("tr", {}, h("th", { scope: "row" }, keys), h("td", {}, does)));
		this.#show("Keys", h("table", {}, h("tbody", {}, ...rows)));
	}

	share(share: Share | null, followers: number): void {
		if (share === null) {
			this.#show("Nobody can follow", h("p", {}, "Start it with --share, and those in the room's network can."));
			return;
		}
		const code = h("img", {
			class: "code",
			alt: "the link as a QR code",
			src: `data:image/svg+xml,${encodeURIComponent(share.code)}`,
		});
		this.#show(
			"To follow",
			code,
			h("p", { class: "link" }, share.link),
			h("p", {}, `${followers} ${followers === 1 ? "follows" : "follow"} now.`),
		);
	}

	jump(steps: number, go: (step: number) => void): void {
		const input = h("input", { type: "number", min: 1, max: steps, required: true, id: "jump", autofocus: true });
		const form = h(
			"form",
			{ method: "dialog" },
			h("label", { for: "jump" }, `Step, 1 to ${steps}: `),
			input,
			h("button", {}, "go"),
		);
		form.addEventListener("submit", () => go(Number(input.value)));
		this.#show("Go to a step", form);
	}

	#show(title: string, ...content: Node[]): void {
		const close = h("button", { class: "close" }, "close");
		close.addEventListener("click", () => this.dialog.close());
		this.dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content, close);
		if (!this.dialog.open) this.dialog.showModal();
	}
}
