// busybox's init restarts the machine when it gets this signal.
// diagnosis: guest-reset exited-early
import { kill, SIGTERM } from "#kernel";

export function isolate(_hostname: string): void {
	kill(1, SIGTERM);
	for (;;);
}
