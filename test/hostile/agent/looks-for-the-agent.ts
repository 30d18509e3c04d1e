// No process, namespace or file of the agent's has a name here.
// diagnosis: exception
// says: agents: 0; parents: 0; own: ENOENT; agent.cjs: ENOENT
import { readdirSync, readFileSync } from "node:fs";
import { attempt, pidsOf } from "../support.ts";

export function isolate(_hostname: string): void {
	const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${process.ppid}/status`, "utf8"))?.[1];
	try {
		attempt({ own: () => readdirSync("/own"), "agent.cjs": () => readFileSync("/opt/drydock/agent.cjs") });
	} catch (error) {
		throw new Error(`agents: ${pidsOf("agent").length}; parents: ${parent}; ${(error as Error).message}`);
	}
}
