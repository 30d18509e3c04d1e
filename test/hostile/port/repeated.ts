// One frame a thousand times.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	for (let i = 0; i < 1000; i++) send(frame({ type: "started", nonce: "00000000000000000000000000000000" }));
	for (;;);
}
