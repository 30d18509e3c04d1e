// A frame that never comes to its end.
// diagnosis: protocol agent-ended
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(frame({ type: "pong" }).subarray(0, 9));
	for (;;);
}
