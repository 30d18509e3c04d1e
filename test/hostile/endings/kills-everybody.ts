// diagnosis: exited-early
import { kill, SIGKILL } from "#kernel";

export function isolate(_hostname: string): void {
	kill(-1, SIGKILL);
}
