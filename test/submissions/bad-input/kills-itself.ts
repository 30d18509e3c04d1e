// diagnosis: killed-before-command
import { getpid, kill, SIGKILL } from "#kernel";

export function isolate(_hostname: string): void {
	kill(getpid(), SIGKILL);
}
