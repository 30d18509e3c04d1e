// Adds the flags up from a list, and compares the namespace links before and after; throws if one has not changed.
import { readlinkSync } from "node:fs";
import { hostname as currentName } from "node:os";
import { CLONE_FLAGS, sethostname, unshare } from "#kernel";

const KINDS = [
	{ link: "uts", flag: CLONE_FLAGS.CLONE_NEWUTS },
	{ link: "ipc", flag: CLONE_FLAGS.CLONE_NEWIPC },
];

const links = () => KINDS.map(({ link }) => readlinkSync(`/proc/self/ns/${link}`));

export function isolate(hostname: string): void {
	const before = links();
	unshare(KINDS.reduce((flags, { flag }) => flags | flag, 0));
	links().forEach((now, index) => {
		if (now === before[index]) throw new Error(`still in the host's namespace: ${now}`);
	});
	sethostname(hostname);
	if (currentName() !== hostname) throw new Error(`the kernel says ${currentName()}`);
}
