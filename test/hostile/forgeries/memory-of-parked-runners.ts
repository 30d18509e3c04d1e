// Looks for the memory of the runners that are still parked.
// diagnosis: exception
// says: EACCES
import { openSync } from "node:fs";
import { pidsOf } from "../support.ts";

export function isolate(_hostname: string): void {
	const [pid = 0] = pidsOf("runner.cjs");
	openSync(`/proc/${pid}/mem`, "r+");
}
