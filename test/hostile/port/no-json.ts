// Bytes that are no JSON.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(frame("\u007fELF"));
	for (;;);
}
