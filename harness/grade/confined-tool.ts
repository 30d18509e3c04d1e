import { execFile } from "node:child_process";
import { interruption } from "../interrupt.ts";
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

/**
 * Starts a compiler by {@link CONFINED_TOOL}.
 * @param start is given what the tool's environment must hold, and ends when the compiler has answered once. It is called
 * again, with less, where this computer does not allow the first.
 */
export async function startConfined<T>(
	tool: string,
	limits: ToolLimits,
	start: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
	const known = levels.get(tool);
	if (known !== undefined) return start(environment(tool, limits, await known));
	try {
		const started = await start(environment(tool, limits, MOST));
		levels.set(tool, Promise.resolve(MOST));
		return started;
	} catch (error) {
		interruption.throwIfAborted();
		const level = levels.get(tool) ?? levelFor(tool, limits);
		levels.set(tool, level);
		if ((await level) === MOST) throw error;
		return start(environment(tool, limits, await level));
	}
}

type Level = "root" | "user" | "none";

const MOST: Level = process.platform !== "linux" ? "none" : process.getuid?.() === 0 ? "root" : "user";
const levels = new Map<string, Promise<Level>>();

// A container, or a system's policy, may forbid any of it. That is tried only when a compiler has not come to life.
async function levelFor(tool: string, limits: ToolLimits): Promise<Level> {
	const env = { ...process.env, ...environment(tool, limits, MOST) };
	return new Promise((resolve) => {
		execFile(CONFINED_TOOL, ["--version"], { env, timeout: PROBE_MS }, (error, stdout) =>
			resolve(error === null && /\d/.test(stdout) ? MOST : "none"),
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
