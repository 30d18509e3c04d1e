import type { Share } from "../messages.ts";
import { button, h } from "./elements.ts";

/** The page's one dialog. Escape closes it. */
export class Dialogs {
	constructor(private readonly dialog: HTMLDialogElement) {}

	get isOpen(): boolean {
		return this.dialog.open;
	}

	keys(help: readonly (readonly [string, string])[]): void {
		const rows = help.map(([keys, does]) => h("tr", {}, h("th", { scope: "row" }, keys), h("td", {}, does)));
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

	/** All steps, and a field for a number. */
	jump(narrations: readonly string[], current: number, go: (step: number) => void): void {
		const steps = narrations.map((narration, index) => {
			const isCurrent = index + 1 === current ? "step" : null;
			const choose = () => {
				this.dialog.close();
				go(index + 1);
			};
			return h("li", {}, button(narration, choose, { class: "step-button", "aria-current": isCurrent }));
		});
		const max = narrations.length;
		const input = h("input", { type: "number", min: 1, max, required: true, id: "jump", autofocus: true });
		const form = h(
			"form",
			{ method: "dialog" },
			h("label", { for: "jump" }, `Step, 1 to ${max}: `),
			input,
			h("button", {}, "go"),
		);
		form.addEventListener("submit", () => go(Number(input.value)));
		this.#show("Go to a step", form, h("ol", { class: "step-list" }, ...steps));
	}

	/** Asks before the demo is ended. @param recorded whether it is played from a recording, so without a machine */
	end(recorded: boolean, end: () => void): void {
		const confirm = () => {
			this.dialog.close();
			end();
		};
		const lost = recorded ? "" : " The machine, and everything in it, is then gone.";
		this.#show(
			"End the demo?",
			h("p", {}, `It ends for everybody who follows it.${lost}`),
			button("end the demo", confirm, { class: "primary" }),
		);
	}

	#show(title: string, ...content: Node[]): void {
		const close = button("close", () => this.dialog.close(), { class: "close-button" });
		this.dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content, close);
		if (!this.dialog.open) this.dialog.showModal();
	}
}
