import * as v from "valibot";
import { count, list, maskOrNone } from "./bounded.ts";
import { containersRow, type Subject } from "./subject.ts";

const process = {
	credentials: v.object({ uids: list(count), gids: list(count), capabilities: maskOrNone, boundingSet: maskOrNone }),
};

export const identity: Subject<Record<never, never>, typeof process> = {
	host: {},
	process,
	section: "rights",
	rows: (_, { credentials }) => [
		containersRow("uid, gid", `${credentials.uids[1]}, ${credentials.gids[1]}`),
		containersRow("CapEff", credentials.capabilities),
		containersRow("CapBnd", credentials.boundingSet),
	],
};
