// Names that mean something to JavaScript.
// diagnosis: protocol
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	send(frame(`{"__proto__":{"type":"report"},"constructor":1,"type":"toString","nonce":"__proto__"}`));
	for (;;);
}
