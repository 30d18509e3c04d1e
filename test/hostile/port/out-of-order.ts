// First the end, then the beginning.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	for (const type of ["report", "started", "ready", "pong"])
		send(frame({ type, nonce: "", kernel: "6.12", monotonicMs: 1, observation: {} }));
	for (;;);
}
