// Asks for the PID namespace above its own.
// diagnosis: exception
// says: NS_GET_PARENT: refused
import { openSync } from "node:fs";
import { attempt, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	const own = openSync("/proc/self/ns/pid", "r");
	attempt({ NS_GET_PARENT: () => syscall(16, own, 0xb702, 0) });
}
