// A length that is negative to whoever takes it for a signed number.
// diagnosis: protocol
import { takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(Buffer.from([0x80, 0, 0, 1]));
	for (;;);
}
