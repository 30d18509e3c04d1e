// Brackets within brackets within brackets.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(frame("[".repeat(1 << 17)));
	for (;;);
}
