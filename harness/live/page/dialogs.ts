import type { Share } from "../messages.ts";
import { h } from "./elements.ts";

export const KEYS: readonly [keys: string, does: string][] = [
	["space → n PageDown", "play this step; then show the next one"],
	["← b PageUp", "go back, and put the machine back to that moment"],
	["g", "go to a step"],
	["r", "play this step again"],
	["R", "start again from the beginning"],
	["h, c", "type into the host's shell, or into the container's"],
	["Ctrl-]", "stop typing into the shell"],
	["1 … 8", "choose a view"],
	[", .", "look back in time, or forward"],
	["p", "show or hide your note on this step"],
	["l", "show the steps, the lesson or your work"],
	["t", "large or normal type"],
	["d", "light or dark colours"],
	["s", "show how others can follow"],
	["?", "show these keys"],
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
			this.#show(
				"This demo is not shared",
				h("p", {}, "To let others on your network follow, start drydock live with --share."),
			);
			return;
		}
		const code = h("img", {
			class: "qr-code",
			alt: "the link as a QR code",
			src: `data:image/svg+xml,${encodeURIComponent(share.code)}`,
		});
		this.#show(
			"Follow this demo",
			code,
			h("p", { class: "follower-link" }, share.link),
			h("p", {}, `${followers} ${followers === 1 ? "follower" : "followers"} now.`),
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
		const close = h("button", { class: "close-button" }, "close");
		close.addEventListener("click", () => this.dialog.close());
		this.dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content, close);
		if (!this.dialog.open) this.dialog.showModal();
	}
}
