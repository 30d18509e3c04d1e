// A signal to the process group that it was started in.
// diagnosis: exited-early
import { kill, SIGKILL } from "#kernel";

export function isolate(_hostname: string): void {
	kill(0, SIGKILL);
}
