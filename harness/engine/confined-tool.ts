import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, keyOf } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import { inKit, withUnixLines } from "../base/kit.ts";
import { zx } from "../base/zx.ts";
import { rootPrivileges } from "../vm/privileges.ts";

/**
 * The compilers read source text from strangers. Each compiler runs in its own process, with limits of memory and
 * processor time, and as confined as this computer allows: on Linux without access to files, network and drydock's
 * privileges.
 */

const SCRIPT = inKit("harness/engine/confined-tool.sh");
let script: Promise<string> | undefined;

/** A user and group number that systems do not assign. */
const NOBODY_ELSE = "59734";
const PROBE_MS = 10_000;

export interface ToolLimits {
	cpuSeconds: number;
	memoryKilobytes: number;
}

/**
 * Starts a compiler through `confined-tool.sh`.
 * @param start gets the script's path and the environment that the script needs. The script starts the compiler, and
 * ends when this process ends. `start` settles when the compiler has answered once. Where this computer does not allow
 * the strictest confinement, `start` is called a second time, with less confinement.
 * @throws {Failure} unsupported: the compiler cannot be executed here. It has seen nothing of a submission by then
 */
export async function startConfined<T>(
	tool: string,
	limits: ToolLimits,
	start: (script: string, environment: Record<string, string>) => Promise<T>,
): Promise<T> {
	script ??= runnable(SCRIPT);
	const path = await script;
	const known = levels.get(tool);
	if (known !== undefined) return start(path, environment(tool, limits, await known));
	try {
		const started = await start(path, environment(tool, limits, MOST));
		levels.set(tool, Promise.resolve(MOST));
		return started;
	} catch (error) {
		interruption.throwIfAborted();
		const level = levels.get(tool) ?? levelFor(path, tool, limits);
		levels.set(tool, level);
		const tried = (await level) === MOST ? Promise.reject(error) : start(path, environment(tool, limits, await level));
		return tried.catch((cause: unknown) => {
			interruption.throwIfAborted();
			throw notExecutable(tool, cause);
		});
	}
}

/** The error for a compiler that npm did not install, or that this computer cannot execute. */
export const notExecutable = (tool: string, cause: unknown): Failure =>
	new Failure("unsupported", `${tool} cannot be executed here`, "npm start, in drydock's folder, which says why", {
		cause,
	});

type Level = "root" | "user" | "none";

// Root that may not change users makes a user namespace, as other users do.
const MOST: Level =
	process.platform !== "linux" ? "none" : rootPrivileges()?.mayChangeTo(Number(NOBODY_ELSE)) === true ? "root" : "user";
const levels = new Map<string, Promise<Level>>();

// A container or a system's policy may forbid part of the confinement. This is tested only after a compiler has not
// answered.
async function levelFor(path: string, tool: string, limits: ToolLimits): Promise<Level> {
	const env = { ...process.env, ...environment(tool, limits, MOST) };
	const $ = await zx();
	const { ok, stdout } = await $({ env, timeout: PROBE_MS, nothrow: true })`${path} --version`;
	return ok && /\d/.test(stdout) ? MOST : "none";
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

// In a checkout with Windows line ends, the kernel reads "#!/bin/sh\r" as a program whose name ends in a carriage
// return, and does not find it. The script is then copied with Unix line ends.
async function runnable(path: string): Promise<string> {
	const text = await readFile(path, "utf8");
	if (!text.includes("\r")) return path;
	const dir = await cached("tools", keyOf(text), async (staging) => {
		await writeFile(join(staging, "confined-tool.sh"), withUnixLines(text));
		await chmod(join(staging, "confined-tool.sh"), 0o755);
	});
	return join(dir, "confined-tool.sh");
}
