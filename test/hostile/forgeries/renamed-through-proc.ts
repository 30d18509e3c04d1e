// Mounts over the one file that tells the hostname.
// diagnosis: uts-shared
import { writeFileSync } from "node:fs";
import { MS_BIND, mount } from "#kernel";

export function isolate(hostname: string): void {
	writeFileSync("/tmp/hostname", `${hostname}\n`);
	mount("/tmp/hostname", "/proc/sys/kernel/hostname", null, MS_BIND, null);
}
