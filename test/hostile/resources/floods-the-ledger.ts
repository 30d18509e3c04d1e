// diagnosis: never-ends
import { getpid } from "#kernel";

export function isolate(_hostname: string): void {
	for (;;) getpid();
}
