import { readFile } from "node:fs/promises";
import { inKit } from "../../harness/base/kit.ts";
import type { Answers } from "../../harness/live/events.ts";
import type { Past, Seen } from "../../harness/live/views/seen.ts";

/**
 * Seventeen views of one machine, as it was read while one wall after the other was put up; the name of each says what
 * had been done, in the container's shell if nothing else is said.
 */
export const WALLS = [
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

export type Wall = (typeof WALLS)[number];

/** All that was seen, up to a moment. */
export async function wallsUpTo(wall: Wall): Promise<Past> {
	const lines = (await readFile(inKit("test/recordings/walls.jsonl"), "utf8")).trim().split("\n");
	return lines.slice(0, WALLS.indexOf(wall) + 1).map((line) => JSON.parse(line) as Seen);
}

/** One thing more is seen, a second later: what was seen last, changed. */
export function andThen(past: Past, change: (view: Answers) => void): Past {
	const last = structuredClone(past.at(-1));
	if (last === undefined) throw new Error("nothing has been seen");
	change(last.view);
	return [...past, { ...last, atMs: last.atMs + 1_000 }];
}

/** A shell's process, which is there. */
export function shellIn(view: Answers, name: "host" | "container") {
	const shell = view.shells[name];
	if (!shell) throw new Error(`no ${name}`);
	return shell;
}
