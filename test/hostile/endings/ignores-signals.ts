// A process that takes no notice of SIGTERM and stays when all others have gone.
// diagnosis: processes-left
import { execve, fork } from "#kernel";

export function isolate(_hostname: string): void {
	if (fork() === 0) execve("/bin/sh", ["sh", "-c", "trap '' TERM HUP INT; while :; do sleep 1000; done"]);
}
