// From inside, nothing ends pid 1 that it does not want.
// diagnosis: uts-shared
import { kill, SIGKILL } from "#kernel";

export function isolate(_hostname: string): void {
	kill(1, SIGKILL);
}
