import type { WorkState } from "../messages.ts";
import type { Moment } from "../views/past.ts";
import { h } from "./elements.ts";

const VERDICTS: Record<WorkState["verdict"], string> = {
	waiting: "not checked yet",
	checking: "… checking",
	pass: "✓ passed",
	fail: "✗ not right yet",
	error: "✗ could not be judged",
	unsupported: "✗ this computer cannot run the check",
};

/** The learner's saves so far: the last report, and what the kernel showed while the command of each save ran. */
export class WorkPanel {
	/**
	 * A moment for each save whose command ran. The times are counted from the page's loading, not from the demo's
	 * beginning.
	 */
	past: Moment[] = [];
	#last: WorkState | null = null;

	update(checked: WorkState | null): void {
		this.#last = checked;
		if (checked?.seen) this.past = [...this.past, { atMs: Math.round(performance.now()), view: checked.seen }];
	}

	/** The page's user is a learner, whose module is checked. */
	get isUsed(): boolean {
		return this.#last !== null;
	}

	paint(): Node[] {
		if (this.#last === null) return [];
		const { file, verdict, text } = this.#last;
		return [
			h("p", { class: `verdict verdict-${verdict}` }, VERDICTS[verdict]),
			h("p", { class: "checked-file" }, file),
			h("pre", { tabindex: 0 }, text),
		];
	}
}
