// Gives the kernel a swap file that it can read and write, and wants memory until the agent's has gone there.
// Whether the memory lasts, and who is killed when it does not, is for the kernel to decide.
// diagnosis: uts-shared out-of-memory killed-before-command exited-early never-ends
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	outcome(() => writeFileSync("/sys/block/zram0/disksize", "256M"));
	writeFileSync("/proc/sys/vm/swappiness", "200");
	execFileSync("sh", ["-c", "busybox mkswap /dev/zram0 && busybox swapon /dev/zram0"]);
	const kept: Buffer[] = [];
	for (let i = 0; i < 40; i++) kept.push(Buffer.alloc(8 << 20, i));
	const swapped = execFileSync("busybox", ["dd", "if=/dev/zram0", "bs=1M", "count=64"], {
		maxBuffer: 1 << 28,
		stdio: ["ignore", "pipe", "ignore"],
	});
	// A name in the agent's program; made only now, as this one's memory is swapped out as well.
	if (swapped.includes(Buffer.from("emarFedocne").reverse())) throw new Error("found the agent in the swap");
}
