// diagnosis: hangs-in-call silent never-ends refused-call
import { fork } from "#kernel";

export function isolate(_hostname: string): void {
	for (;;) fork();
}
