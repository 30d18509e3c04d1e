// What the kernel says when it has failed in its own code. It is believed, and nothing is gained: no verdict is no pass.
// diagnosis: guest-fault
// verdict: error
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/dev/kmsg", "<0>Oops: 0000 [#1] PREEMPT SMP\n");
}
