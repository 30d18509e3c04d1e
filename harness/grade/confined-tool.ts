import { execFile } from "node:child_process";
import { inKit } from "../kit.ts";

/**
 * The compilers read what strangers have written. Each runs as a process of its own, with limits of memory and processor
 * time, and as confined as this computer allows: on Linux without files, network and privileges of ours.
 */

/** Starts the program that its environment names. It ends when this process ends. */
export const CONFINED_TOOL = inKit("harness/grade/confined-tool.sh");

/** A user and a group that no system gives to anybody. */
const NOBODY_ELSE = "59734";
const PROBE_MS = 10_000;

export interface ToolLimits {
	cpuSeconds: number;
	memoryKilobytes: number;
}

/** What {@link CONFINED_TOOL} has to be told of a compiler, by its environment. */
export async function confinedEnvironment(tool: string, limits: ToolLimits): Promise<Record<string, string>> {
	const level = levels.get(tool) ?? levelFor(tool, limits);
	levels.set(tool, level);
	return environment(tool, limits, await level);
}

type Level = "root" | "user" | "none";

const levels = new Map<string, Promise<Level>>();

// A container, or a system's policy, may forbid any of it: it is tried, once for each compiler.
async function levelFor(tool: string, limits: ToolLimits): Promise<Level> {
	if (process.platform !== "linux") return "none";
	const level = process.getuid?.() === 0 ? "root" : "user";
	const env = { ...process.env, ...environment(tool, limits, level) };
	return new Promise((resolve) => {
		execFile(CONFINED_TOOL, ["--version"], { env, timeout: PROBE_MS }, (error, stdout) =>
			resolve(error === null && /\d/.test(stdout) ? level : "none"),
		);
	});
}

const environment = (tool: string, { cpuSeconds, memoryKilobytes }: ToolLimits, level: Level) => ({
	DRYDOCK_TOOL: tool,
	DRYDOCK_TOOL_LEVEL: level,
	DRYDOCK_TOOL_USER: NOBODY_ELSE,
	DRYDOCK_TOOL_PARENT: String(process.pid),
	DRYDOCK_TOOL_CPU_S: String(cpuSeconds),
	DRYDOCK_TOOL_MEMORY_KB: String(memoryKilobytes),
	GOMEMLIMIT: `${memoryKilobytes >> 1}KiB`,
});
