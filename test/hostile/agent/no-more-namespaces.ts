// diagnosis: uts-shared
import { readdirSync, writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const name of readdirSync("/proc/sys/user").filter((entry) => entry.startsWith("max_")))
		writeFileSync(`/proc/sys/user/${name}`, "0");
}
