import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import { inKit } from "../base/kit.ts";
import { BundleError, type Diagnostic, shortenedMessage } from "./bundle.ts";
import { compilerLimit } from "./bundler.ts";
import { CheckerChannel } from "./checker-channel.ts";
import { CheckerFiles, CONFIG } from "./checker-files.ts";
import { notExecutable, startConfined } from "./confined-compiler.ts";
import { filesBeside, type SubmissionFiles } from "./submission-files.ts";

/** Checking an ordinary module takes about 0.3 s and 60 MB. */
const LIMITS = { cpuSeconds: 5, memoryKilobytes: 400_000 };
/** If a check takes longer, the computer is too busy. That is not the submission's fault, so no error is reported. */
const TIMEOUT_MS = 60_000;

/**
 * An error as the checker reports it; `pos` is in UTF-16 units from the start of the file. The checker reads source
 * text from strangers, so its answers are validated before use.
 */
const CheckerError = v.object({
	fileName: v.optional(v.string()),
	pos: v.number(),
	code: v.number(),
	category: v.number(),
	text: v.string(),
	relatedInformation: v.optional(v.array(v.object({ pos: v.number(), code: v.number() }))),
});
type CheckerError = v.InferOutput<typeof CheckerError>;

const ERROR_CATEGORY = 1;
/** The code of "'}' expected" and the like. */
const EXPECTED = 1005;
/** The code of what the checker adds to such an error: the place of the bracket that was opened. */
const OPENED_HERE = 1007;
/** More errors than a learner fixes at a time. */
const ERRORS_MAX = 100;

export interface ModuleTypeError extends Diagnostic {
	/** The place of an opening brace that is never closed, if that is the error. */
	opened?: Diagnostic;
}

/**
 * Type-checks one module as an editor would.
 * @param file path of the module
 * @param modules the replacing file, by the reference module that it replaces; without it, `file` belongs to no lesson
 * @param files the submission's files, if they are not on this computer's disk
 * @param signal ends the check when its result is no longer needed
 * @returns the module's first errors, which do not change a verdict; none for a well-typed module, and none if the
 * computer was too busy to check it in time
 * @throws {Failure} unsupported: the type checker cannot be executed here
 * @throws {BundleError} an import of a type leads outside of the submission, or the check exceeds its limits
 */
export async function typeErrors(
	file: string,
	modules: ReadonlyMap<string, string> = new Map([[inKit("solutions", "mine.ts"), file]]),
	files: SubmissionFiles = filesBeside([...modules.values()]),
	signal: AbortSignal = interruption,
): Promise<ModuleTypeError[]> {
	const learnersModule = resolve(file);
	const compiler = await compilerPath();
	const checkerFiles = new CheckerFiles(compiler, learnersModule, modules, files);
	const checkerErrors = await compilerLimit.run(() => runChecker(compiler, checkerFiles, signal));
	if (checkerErrors === "too much") {
		const message = "the module's types are too much for the compiler";
		throw new BundleError({ message, file: learnersModule, line: 1, column: 1 }, "too-much-for-the-compiler");
	}
	const errors = checkerErrors.flatMap(({ fileName, category, ...one }) => {
		const path = category === ERROR_CATEGORY && fileName !== undefined ? checkerFiles.pathOf(fileName) : null;
		return path === null ? [] : [{ ...one, path }];
	});
	for (const { path, ...one } of errors.filter(({ path, ...one }) => checkerFiles.leadsOutside(path, one))) {
		const place = await placeIn(files, path, one.pos);
		if (place === null) continue;
		const name = /'([^']*)'/.exec(one.text)?.[1] ?? "";
		const why = "it is outside of the submission: only files beside the module or below it can be imported";
		const message = `Could not resolve ${JSON.stringify(checkerFiles.pathOf(name) ?? name)}: ${why}`;
		throw new BundleError({ message, ...place }, "unresolved-import");
	}
	// Finding the place of an error reads the file up to there, so only the first errors get one.
	const own = errors.filter(({ path }) => path === learnersModule).slice(0, ERRORS_MAX);
	const placed = await Promise.all(
		own.map(async ({ path, pos, code, text, relatedInformation }) => {
			const place = await placeIn(files, path, pos);
			if (place === null) return [];
			const brace = relatedInformation?.find((related) => code === EXPECTED && related.code === OPENED_HERE);
			const opened = brace && text.startsWith("'}'") ? await placeIn(files, path, brace.pos) : null;
			const message = shortenedMessage(`TS${code}: ${text}`);
			return [{ message, ...place, ...(opened && { opened: { message: "", ...opened } }) }];
		}),
	);
	return placed.flat();
}

async function runChecker(
	compiler: string,
	checkerFiles: CheckerFiles,
	caller: AbortSignal,
): Promise<CheckerError[] | "too much"> {
	const signal = AbortSignal.any([interruption, caller]);
	signal.throwIfAborted();
	const args = ["--api", "--cwd", "/", `--callbacks=${checkerFiles.questions.join(",")}`];
	let checker: CheckerChannel | undefined;
	let timedOut = false;
	const stop = () => void checker?.end();
	const timer = setTimeout(() => {
		timedOut = true;
		stop();
	}, TIMEOUT_MS);
	signal.addEventListener("abort", stop, { once: true });
	try {
		checker = await startConfined(compiler, LIMITS, async (script, environment) => {
			const started = new CheckerChannel(script, environment, args, (question, argument) =>
				checkerFiles.answer(question, argument),
			);
			checker = started;
			await started
				.request("initialize", null)
				.catch((error: unknown) => started.end().then(() => Promise.reject(error)));
			return started;
		});
		const channel = checker;
		const opened = (await channel.request("updateSnapshot", { openProjects: [CONFIG] })) as {
			snapshot: unknown;
			projects: { id: unknown }[];
		};
		const [project] = opened.projects;
		const ask = async (name: string, file?: string) => {
			const about = { snapshot: opened.snapshot, project: project?.id, ...(file && { file }) };
			return v.parse(v.nullable(v.array(CheckerError)), await channel.request(name, about)) ?? [];
		};
		const checkerErrors = [await ask("getProgramDiagnostics")];
		for (const file of checkerFiles.filesRead()) {
			checkerErrors.push(await ask("getSyntacticDiagnostics", file));
			checkerErrors.push(await ask("getSemanticDiagnostics", file));
		}
		return checkerErrors.flat();
	} catch (error) {
		signal.throwIfAborted();
		if (timedOut) return [];
		if (error instanceof Failure) throw error;
		return "too much";
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", stop);
		await checker?.end();
	}
}

async function placeIn(files: SubmissionFiles, path: string, position: number) {
	const text = await files.read(path).catch(() => null);
	if (text === null) return null;
	const before = text.slice(0, position).split(/\r\n|\n/);
	return { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

// Not through typescript's bin/tsc: that is a Node program that starts the compiler, and would leave the compiler
// running when it is killed.
async function compilerPath(): Promise<string> {
	const home = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
	const { default: find } = (await import(pathToFileURL(join(home, "lib/getExePath.js")).href)) as {
		default(): string;
	};
	try {
		return find();
	} catch (error) {
		throw notExecutable("typescript", error);
	}
}
