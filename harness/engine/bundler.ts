import { createRequire } from "node:module";
import type * as esbuildModule from "esbuild";
import { interruption } from "../base/interrupt.ts";
import { Turns } from "../base/side-by-side.ts";
import { startConfined } from "./confined-tool.ts";

/**
 * esbuild in processes of our own making: confined, with limits, and one submission's work in each at a time. What is too
 * much for one, or hangs in it, costs that process and nobody else's.
 */
type Esbuild = typeof esbuildModule;

/** A program for the guest takes some 0.1 s and 50 MB. */
const LIMITS = { cpuSeconds: 5, memoryKilobytes: 400_000 };
/** For what needs no processor; there is no such thing in esbuild that we know of. */
const LONGEST_MS = 60_000;
/** So many at a time, as many as a computer has memory for whatever it is that they do. */
const AT_ONCE = 2;
/** One that has worked for less is kept for the next: most of its processor time is left. */
const FRESH_MS = 1_000;

/** It is more than the bundler may take in time or memory, or it broke down over it. */
export class TooMuchError extends Error {
	override readonly name = "TooMuchError";
}

interface Service {
	esbuild: Esbuild;
	workedMs: number;
}

/** Bundler and type checker take turns. */
export const compilerTurns = new Turns(AT_ONCE);
/** One, from the first work on, so that there is no more of them at the end than at the beginning. */
let idle: Promise<Service> | undefined;

/**
 * Bundles something.
 * @param work is given esbuild, and what ends it at once, as the work is too much
 * @throws {TooMuchError}
 */
export async function withBundler<T>(work: (esbuild: Esbuild, abort: () => void) => Promise<T>): Promise<T> {
	interruption.throwIfAborted();
	return compilerTurns.take(async () => {
		const taken = idle ?? start();
		idle = undefined;
		const service = await taken;
		const isUsed = service.workedMs > 0;
		try {
			return await workWith(service, work);
		} catch (error) {
			// What it still held of the work before this one may have been too much: a fresh one decides.
			if (!isUsed || !(error instanceof TooMuchError)) throw error;
			return workWith(await start(), work);
		}
	});
}

async function workWith<T>(service: Service, work: (esbuild: Esbuild, abort: () => void) => Promise<T>): Promise<T> {
	const { esbuild } = service;
	const end = () => void esbuild.stop();
	const timer = setTimeout(end, LONGEST_MS);
	interruption.addEventListener("abort", end, { once: true });
	const startedMs = performance.now();
	let healthy = true;
	try {
		return await work(esbuild, end);
	} catch (error) {
		interruption.throwIfAborted();
		if (!/^The service (was stopped|is no longer running)/.test(String((error as Error).message))) throw error;
		healthy = false;
		throw new TooMuchError("the bundler ended before it was done", { cause: error });
	} finally {
		clearTimeout(timer);
		interruption.removeEventListener("abort", end);
		service.workedMs += performance.now() - startedMs;
		const isKept = healthy && service.workedMs < FRESH_MS && !interruption.aborted && idle === undefined;
		if (!isKept) end();
		if (!interruption.aborted) idle ??= isKept ? Promise.resolve(service) : start();
		idle?.catch(() => {});
	}
}

// The module has one process for all that it does, so each process needs a module of its own; and it takes its process's
// program from the environment.
async function start(): Promise<Service> {
	const require = createRequire(import.meta.url);
	return startConfined(programOf(require), LIMITS, async (script, environment) => {
		const esbuild = loadWith(require, { ...environment, ESBUILD_BINARY_PATH: script });
		try {
			// The process has been started; whether it has come to life, only an answer tells.
			await esbuild.transform("");
			return { esbuild, workedMs: 0 };
		} catch (error) {
			void esbuild.stop();
			throw error;
		}
	});
}

function loadWith(require: NodeJS.Require, environment: Record<string, string>): Esbuild {
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

// Where npm has it for this kind of computer.
function programOf(require: NodeJS.Require): string {
	try {
		return createRequire(require.resolve("esbuild")).resolve(
			`@esbuild/${process.platform}-${process.arch}/bin/esbuild`,
		);
	} catch {
		return require.resolve("esbuild/bin/esbuild");
	}
}
