import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { inKit } from "../../harness/base/kit.ts";
import type { KernelState } from "../../harness/live/events.ts";
import { RecordedView } from "../../harness/live/recording/recorded-view.ts";
import type { Moment, Past } from "../../harness/live/views/past.ts";

/**
 * Seventeen views of one machine, recorded while commands changed it. The names of the first two say which shells there
 * were. Any other name says what was done just before the view: in the host's shell if the name begins with `host:`,
 * and otherwise in the container's shell.
 */
export const RECORDED_VIEWS = [
	"no shell",
	"shells",
	"unshare --uts --ipc",
	"hostname running",
	"hostname web-1",
	"unshare --pid --fork --mount-proc",
	"three sleeps and a zombie",
	"exit",
	"unshare --mount, shared",
	"mount /mnt",
	"make-rslave",
	"bind /lab/rootfs",
	"pivot_root",
	"host: 17 sleeps",
	"host: pkill",
	"host: unshare --user --net",
	"host: lo up",
] as const;

export type RecordedViewName = (typeof RECORDED_VIEWS)[number];

/** All views up to this one. */
export async function viewsUpTo(name: RecordedViewName): Promise<Past> {
	const lines = (await readFile(inKit("test/recordings/views-of-one-machine.jsonl"), "utf8")).trim().split("\n");
	return lines.slice(0, RECORDED_VIEWS.indexOf(name) + 1).map((line) => {
		const { atMs, view } = JSON.parse(line) as Moment;
		// Since these views were recorded, a mount has more entries.
		return { atMs, view: v.parse(RecordedView, view) };
	});
}

/** Adds a view, one second after the last one: a copy of the last one, with a change. */
export function withChangedView(past: Past, change: (view: KernelState) => void): Past {
	const last = structuredClone(past.at(-1));
	if (last === undefined) throw new Error("nothing has been seen");
	change(last.view);
	return [...past, { ...last, atMs: last.atMs + 1_000 }];
}

/** The process that a shell's user talks to: the shell, or a command in its foreground. @throws {Error} the view has no such shell */
export function shellIn(view: KernelState, name: "host" | "container") {
	const shell = view.shells[name];
	if (!shell) throw new Error(`no ${name}`);
	return shell;
}
