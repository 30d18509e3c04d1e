// diagnosis: exited-early
import { getppid, kill, SIGKILL } from "#kernel";

export function isolate(_hostname: string): void {
	kill(getppid(), SIGKILL);
}
