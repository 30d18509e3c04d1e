// diagnosis: guest-shutdown
import { execve } from "#kernel";

export function isolate(_hostname: string): void {
	execve("/usr/bin/busybox", ["busybox", "halt", "-f"]);
}
