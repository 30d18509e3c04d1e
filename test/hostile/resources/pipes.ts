// Memory that no process has: bytes in pipes that nobody reads.
// diagnosis: exception
// says: 2000 pipes
import { constants, openSync, writeSync } from "node:fs";
import { outcome, sh } from "../support.ts";

export function isolate(_hostname: string): void {
	sh("for n in $(seq 2000); do echo /tmp/pipe-$n; done | xargs mkfifo");
	const open = (n: number) => openSync(`/tmp/pipe-${n}`, constants.O_RDWR | constants.O_NONBLOCK);
	for (let n = 1; n <= 2000; n++) outcome(() => writeSync(open(n), Buffer.alloc(1 << 16)));
	throw new Error("2000 pipes are full");
}
