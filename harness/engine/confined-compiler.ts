import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, hashOf } from "../base/cache.ts";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import { inKit, withUnixLines } from "../base/kit.ts";
import { zx } from "../base/zx.ts";
import { rootPrivileges } from "../vm/computer/privileges.ts";

/**
 * The compilers read source text from strangers. Each compiler runs in its own process, with limits of memory and
 * processor time, and as confined as this computer allows: on Linux without access to files, network and drydock's
 * privileges.
 */

const SCRIPT = inKit("harness/engine/confined-compiler.sh");
let script: Promise<string> | undefined;

/** A user and group number that systems do not assign. */
const UNUSED_ID = "59734";
/** How long a compiler may take to print its version. */
const PROBE_MS = 10_000;

export interface CompilerLimits {
	cpuSeconds: number;
	/** The limit RLIMIT_DATA, in units of 1,024 bytes. */
	memoryKilobytes: number;
}

/**
 * Starts a compiler through `confined-compiler.sh`.
 * @param start gets the script's path and the environment that the script needs. The script starts the compiler, and
 * ends when this process ends. `start` settles when the compiler has answered once. Where this computer does not allow
 * the strictest confinement, `start` is called a second time, with less confinement.
 * @throws {Failure} unsupported: the compiler cannot be executed here. It has seen nothing of a submission by then
 */
export async function startConfined<T>(
	compiler: string,
	limits: CompilerLimits,
	start: (script: string, environment: Record<string, string>) => Promise<T>,
): Promise<T> {
	script ??= executableScript(SCRIPT);
	const path = await script;
	const known = levels.get(compiler);
	if (known !== undefined) return start(path, environment(compiler, limits, await known));
	try {
		const started = await start(path, environment(compiler, limits, STRICTEST));
		levels.set(compiler, Promise.resolve(STRICTEST));
		return started;
	} catch (error) {
		interruption.throwIfAborted();
		const level = levels.get(compiler) ?? measureLevel(path, compiler, limits);
		levels.set(compiler, level);
		const result =
			(await level) === STRICTEST ? Promise.reject(error) : start(path, environment(compiler, limits, await level));
		return result.catch((cause: unknown) => {
			interruption.throwIfAborted();
			throw notExecutable(compiler, cause);
		});
	}
}

/** The error for a compiler that npm did not install, or that this computer cannot execute. */
export const notExecutable = (compiler: string, cause: unknown): Failure =>
	new Failure("unsupported", `${compiler} cannot be executed here`, "npm start, in drydock's folder, which says why", {
		cause,
	});

/**
 * How a compiler is confined: in namespaces that root makes, as another user (`root`); in a user namespace (`user`); or
 * only by its limits (`none`).
 */
type Level = "root" | "user" | "none";

// Root that may not change users makes a user namespace, as other users do.
const STRICTEST: Level =
	process.platform !== "linux" ? "none" : rootPrivileges()?.mayChangeTo(Number(UNUSED_ID)) === true ? "root" : "user";
const levels = new Map<string, Promise<Level>>();

// A container or a system's policy may forbid part of the confinement. This is tested only after a compiler has not
// answered.
async function measureLevel(path: string, compiler: string, limits: CompilerLimits): Promise<Level> {
	const env = { ...process.env, ...environment(compiler, limits, STRICTEST) };
	const $ = await zx();
	const { ok, stdout } = await $({ env, timeout: PROBE_MS, nothrow: true })`${path} --version`;
	return ok && /\d/.test(stdout) ? STRICTEST : "none";
}

const environment = (compiler: string, { cpuSeconds, memoryKilobytes }: CompilerLimits, level: Level) => ({
	DRYDOCK_TOOL: compiler,
	DRYDOCK_TOOL_LEVEL: level,
	DRYDOCK_TOOL_USER: UNUSED_ID,
	DRYDOCK_TOOL_PARENT: String(process.pid),
	DRYDOCK_TOOL_CPU_S: String(cpuSeconds),
	DRYDOCK_TOOL_MEMORY_KB: String(memoryKilobytes),
	GOMEMLIMIT: `${memoryKilobytes >> 1}KiB`,
});

// In a checkout with Windows line ends, the kernel reads "#!/bin/sh\r" as a program whose name ends in a carriage
// return, and does not find it. The script is then copied with Unix line ends.
async function executableScript(path: string): Promise<string> {
	const text = await readFile(path, "utf8");
	if (!text.includes("\r")) return path;
	const dir = await cached("tools", hashOf(text), async (staging) => {
		await writeFile(join(staging, "confined-compiler.sh"), withUnixLines(text));
		await chmod(join(staging, "confined-compiler.sh"), 0o755);
	});
	return join(dir, "confined-compiler.sh");
}
