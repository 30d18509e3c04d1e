// A file at a place that a check could use for itself, and nothing of a network: only a namespace.
// lesson: 08
// diagnosis: join-unshares
import { writeFileSync } from "node:fs";
import { CLONE_NEWNET, unshare } from "#kernel";

export function connect(_name: string, _address: string, _published: unknown) {
	writeFileSync("/tmp/silence", "\n");
	return { join: () => unshare(CLONE_NEWNET), remove: () => {} };
}
