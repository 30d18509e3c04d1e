import { createRequire } from "node:module";
import type * as esbuildModule from "esbuild";
import { ConcurrencyLimit } from "../base/concurrently.ts";
import { interruption, unlessInterrupted } from "../base/interrupt.ts";
import { startConfined } from "./confined-compiler.ts";

/**
 * esbuild runs in processes that this module starts: confined, with limits, and with one submission's work at a time. A
 * submission that exceeds the limits or hangs ends its own process and disturbs no other submission.
 */
type Esbuild = typeof esbuildModule;

/** Bundling a program for the guest takes about 0.1 s and 50 MB. */
const LIMITS = { cpuSeconds: 5, memoryKilobytes: 400_000 };
/** Ends work that hangs without using processor time. No such case is known in esbuild. */
const TIMEOUT_MS = 60_000;
/** How many compilers run at once. Even if each uses all the memory that its limits allow, the computer has enough. */
const COMPILERS_MAX = 2;
/** A process that has worked for less than this is kept for the next work: most of its processor time is left. */
const REUSE_MAX_MS = 1_000;
/** How esbuild's error begins if its process ends during the work, and if the process had ended before the work. */
const [STOPPED, NOT_RUNNING] = ["The service was stopped", "The service is no longer running"];

/** The work exceeded the bundler's limits of time or memory, or made the bundler crash. */
export class CompilerLimitError extends Error {
	override readonly name = "CompilerLimitError";
}

interface BundlerProcess {
	esbuild: Esbuild;
	/** How long all work in this process has taken so far. */
	workedMs: number;
}

/** The bundler and the type checker share this limit. */
export const compilerLimit = new ConcurrencyLimit(COMPILERS_MAX);
/**
 * The processes that wait for the next work. A piece of work takes a waiting process, or starts one. When the work ends,
 * its process waits again. If its process cannot be kept, a new one is started, and waits.
 */
const idle: Promise<BundlerProcess>[] = [];

/**
 * Runs `work` with a confined esbuild.
 * @param work gets esbuild, and a function that stops esbuild at once, for work that is too much
 * @throws {CompilerLimitError}
 * @throws {Failure} unsupported: esbuild cannot be executed here
 */
export async function withBundler<T>(work: (esbuild: Esbuild, abort: () => void) => Promise<T>): Promise<T> {
	interruption.throwIfAborted();
	return compilerLimit.run(async () => {
		const bundler = await (idle.pop() ?? start());
		const isUsed = bundler.workedMs > 0;
		try {
			return await runWork(bundler, work);
		} catch (error) {
			// Memory and processor time of earlier work may have counted against this work: a new process decides.
			if (!isUsed || !(error instanceof CompilerLimitError)) throw error;
			return runWork(await start(), work);
		}
	});
}

async function runWork<T>(
	bundler: BundlerProcess,
	work: (esbuild: Esbuild, abort: () => void) => Promise<T>,
): Promise<T> {
	const { esbuild } = bundler;
	// After esbuild.stop(), the promises of unfinished work stay pending for ever.
	const stopped = new AbortController();
	const end = () => {
		void esbuild.stop();
		stopped.abort(new Error(STOPPED));
	};
	const timer = setTimeout(end, TIMEOUT_MS);
	interruption.addEventListener("abort", end, { once: true });
	const startedMs = performance.now();
	let healthy = true;
	try {
		return await unlessInterrupted(work(esbuild, end), stopped.signal);
	} catch (error) {
		interruption.throwIfAborted();
		if (!isEnded(error)) throw error;
		healthy = false;
		throw new CompilerLimitError("the bundler ended before it was done", { cause: error });
	} finally {
		clearTimeout(timer);
		interruption.removeEventListener("abort", end);
		bundler.workedMs += performance.now() - startedMs;
		const mayWait = !interruption.aborted && idle.length < COMPILERS_MAX;
		const isKept = mayWait && healthy && bundler.workedMs < REUSE_MAX_MS;
		if (!isKept) end();
		if (mayWait) idle.push(isKept ? Promise.resolve(bundler) : start());
		for (const waiting of idle) waiting.catch(() => {});
	}
}

const isEnded = (error: unknown) =>
	error instanceof Error && [STOPPED, NOT_RUNNING].some((text) => error.message.startsWith(text));

// The esbuild module starts one process for all its work, so each process needs its own copy of the module. The module
// takes the path of its process's program from the environment.
async function start(): Promise<BundlerProcess> {
	const require = createRequire(import.meta.url);
	return startConfined(esbuildProgram(require), LIMITS, async (script, environment) => {
		const esbuild = loadEsbuild(require, { ...environment, ESBUILD_BINARY_PATH: script });
		try {
			// esbuild does not report whether its process came up. Only an answer shows that. A Ctrl-C that comes
			// before confined-compiler.sh ignores it ends the process. So the wait ends at an interruption: drydock would
			// exit before esbuild reports the process's end.
			await unlessInterrupted(esbuild.transform(""));
			return { esbuild, workedMs: 0 };
		} catch (error) {
			void esbuild.stop();
			throw error;
		}
	});
}

function loadEsbuild(require: NodeJS.Require, environment: Record<string, string>): Esbuild {
	const path = require.resolve("esbuild");
	const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
	const loaded = require.cache[path];
	delete require.cache[path];
	Object.assign(process.env, environment);
	try {
		const esbuild = require(path) as Esbuild;
		void esbuild.initialize({});
		return esbuild;
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
		if (loaded === undefined) delete require.cache[path];
		else require.cache[path] = loaded;
	}
}

// Where npm installs esbuild's program for this platform.
function esbuildProgram(require: NodeJS.Require): string {
	try {
		return createRequire(require.resolve("esbuild")).resolve(
			`@esbuild/${process.platform}-${process.arch}/bin/esbuild`,
		);
	} catch {
		return require.resolve("esbuild/bin/esbuild");
	}
}
