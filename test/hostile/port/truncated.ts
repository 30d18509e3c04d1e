// A frame that never comes to its end.
// diagnosis: agent-ended
import { frame, sleep, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	// QEMU tells of a port once a second: what has come and gone in between, it leaves out.
	sleep(1_500);
	const send = takePort();
	send(frame({ type: "pong" }).subarray(0, 9));
	for (;;);
}
