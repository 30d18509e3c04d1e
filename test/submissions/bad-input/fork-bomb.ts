// diagnosis: never-ends guest-panic silent exception
import { fork } from "#kernel";

export function isolate(_hostname: string): void {
	for (;;) fork();
}
