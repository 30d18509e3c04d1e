// Races the probe: the host is renamed as long as anybody could look, and named back afterwards.
// diagnosis: processes-left
import { spawn } from "node:child_process";

export function isolate(hostname: string): void {
	const script = `while :; do busybox hostname ${hostname}; busybox hostname harbour; done`;
	spawn("/bin/sh", ["-c", script], { detached: true, stdio: "ignore" });
}
