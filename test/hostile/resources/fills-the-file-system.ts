// diagnosis: exception
// thrown at: 7
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	const block = Buffer.alloc(8 << 20, 1);
	for (let i = 0; ; i++) writeFileSync(`/tmp/block-${i}`, block);
}
