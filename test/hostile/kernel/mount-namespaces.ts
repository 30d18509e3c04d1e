// Asks for every mount namespace there is, from its own on: the agent's would be among them.
// diagnosis: exception
// says: NS_MNT_GET_NEXT: refused; NS_MNT_GET_PREV: refused
import { openSync } from "node:fs";
import { attempt, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	const own = openSync("/proc/self/ns/mnt", "r");
	const info = Buffer.alloc(16);
	info.writeUInt32LE(16, 0);
	attempt({
		NS_MNT_GET_NEXT: () => syscall(16, own, 0x8010b70b, info),
		NS_MNT_GET_PREV: () => syscall(16, own, 0x8010b70c, info),
	});
}
