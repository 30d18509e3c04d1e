// diagnosis: exception
// says: EBUSY
import { openSync, readdirSync, writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const name of readdirSync("/dev").filter((each) => each.startsWith("vport"))) {
		const port = openSync(`/dev/${name}`, "r+");
		writeSync(port, Buffer.from([0, 0, 0, 2, 0x7b, 0x7d]));
	}
}
