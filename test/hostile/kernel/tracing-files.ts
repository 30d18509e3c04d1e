// diagnosis: exception
// says: tracefs: EACCES; debugfs: EACCES
import { mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { mount } from "#kernel";
import { attempt } from "../support.ts";

export function isolate(_hostname: string): void {
	for (const name of ["tracefs", "debugfs"]) {
		mkdirSync(`/tmp/${name}`);
		mount(name, `/tmp/${name}`, name, 0, null);
	}
	attempt({
		tracefs: () => writeFileSync("/tmp/tracefs/uprobe_events", "p:a /usr/bin/node:0x1000\n"),
		debugfs: () =>
			readdirSync("/tmp/debugfs").forEach((name) => void openSync(`/tmp/debugfs/${name}/x`, "w")) ??
			openSync("/tmp/debugfs/sleep_time", "r"),
	});
}
