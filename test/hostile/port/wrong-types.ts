// What should be text is a number, and the other way round.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(frame({ type: "report", nonce: 5, observation: [] }));
	for (;;);
}
