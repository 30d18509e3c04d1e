// busybox's init restarts the machine when it gets this signal.
// Whether the report is out before the machine is down is for init to decide: it waits for a second.
// diagnosis: guest-reset exited-early
import { kill, SIGTERM } from "#kernel";

export function isolate(_hostname: string): void {
	kill(1, SIGTERM);
	for (;;);
}
