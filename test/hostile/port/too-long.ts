// A frame that says it has four gigabytes.
// diagnosis: protocol
import { takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7b]));
	for (;;);
}
