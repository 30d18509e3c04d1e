// diagnosis: guest-reset
import { execve } from "#kernel";

export function isolate(_hostname: string): void {
	execve("/usr/bin/busybox", ["busybox", "reboot", "-f"]);
}
