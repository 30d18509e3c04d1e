// As slow as adjtimex(2) lets it, and by another source of time.
// diagnosis: uts-shared
import { readFileSync, writeFileSync } from "node:fs";
import { outcome, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	const clock = "/sys/devices/system/clocksource/clocksource0";
	for (const name of readFileSync(`${clock}/available_clocksource`, "utf8").trim().split(" ").reverse())
		outcome(() => writeFileSync(`${clock}/current_clocksource`, name));
	const timex = Buffer.alloc(208);
	timex.writeInt32LE(0x4000, 0); // ADJ_TICK
	timex.writeBigInt64LE(9_000n, 88);
	syscall(159, timex);
}
