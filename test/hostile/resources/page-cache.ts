// A file without holes, as large as anything: pages of the cache that cannot be dropped.
// diagnosis: exception
// says: ENOSPC
import { appendFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const block = Buffer.alloc(4 << 20, 1); ; ) appendFileSync("/dev/shm/file", block);
}
