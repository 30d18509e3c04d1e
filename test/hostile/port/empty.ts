// Frames of no bytes.
// diagnosis: protocol
import { takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(Buffer.alloc(4096));
	for (;;);
}
