import * as v from "valibot";
import { maskOrNone } from "./bounded-schemas.ts";
import { containerRow, type Inspection, type Subject } from "./subject.ts";

const process = {
	/** SigBlk, SigIgn and SigCgt of /proc/PID/status. */
	signals: v.object({ blocked: maskOrNone, ignored: maskOrNone, caught: maskOrNone }),
};

export const signals: Subject<Record<never, never>, typeof process> = { host: {}, process };

export const signalsInspection: Inspection<typeof signals> = {
	section: "rights",
	rows: (_, { signals }) => [containerRow("SigBlk", signals.blocked), containerRow("SigIgn", signals.ignored)],
};
