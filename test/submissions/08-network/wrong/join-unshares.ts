// diagnosis: join-unshares
// misconception: 15
// Believed that a process has to ask for a network namespace to be in one.
import { CLONE_NEWNET, unshare } from "#kernel";
import { connectWith } from "../../support/network.ts";

export const connect = connectWith({
	join: () => unshare(CLONE_NEWNET),
});
