// diagnosis: uts-shared
import { readdirSync, readFileSync } from "node:fs";
import { kill, SIGSTOP } from "#kernel";

export function isolate(_hostname: string): void {
	for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
		if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("agent.cjs")) kill(Number(pid), SIGSTOP);
}
