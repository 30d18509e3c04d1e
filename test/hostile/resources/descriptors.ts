// Opens files until there are no more to be had in the whole machine.
// diagnosis: uts-shared
import { openSync, writeFileSync } from "node:fs";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	writeFileSync("/proc/sys/fs/nr_open", "10000");
	outcome(() => {
		for (;;) openSync("/dev/null", "r");
	});
}
