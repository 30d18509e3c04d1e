// Flags from a table, small functions, the name set twice.
import * as kernel from "#kernel";

const OWN = { hostname: kernel.CLONE_NEWUTS, queues: kernel.CLONE_NEWIPC };

const own = (...kinds: (keyof typeof OWN)[]) => kernel.unshare(kinds.reduce((flags, kind) => flags | OWN[kind], 0));

export const isolate = (hostname: string): void => {
	own("queues", "hostname");
	rename("unnamed");
	rename(hostname);
};

function rename(name: string): void {
	kernel.sethostname(name);
}
