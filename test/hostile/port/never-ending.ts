// Frames without end, and none of them in its place.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	for (;;) send(frame({ type: "output", nonce: "", stream: "stdout", data: "" }));
}
