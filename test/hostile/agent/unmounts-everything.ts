// diagnosis: command-refused
import { readFileSync } from "node:fs";
import { MNT_DETACH, umount2 } from "#kernel";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	const mounts = readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n");
	for (const line of mounts.reverse()) outcome(() => umount2(line.split(" ")[4] ?? "", MNT_DETACH));
}
