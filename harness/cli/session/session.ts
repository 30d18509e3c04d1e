import { constants } from "node:os";
import { relative } from "node:path";
import { EXIT, Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { printable } from "../../base/printable.ts";
import { visibleProgress } from "../../base/progress.ts";
import { BundleError } from "../../engine/bundle.ts";
import { boxProgram, installBox, lessonsOfBox } from "../../engine/engine.ts";
import { lostFinding } from "../../judge/failed-run.ts";
import type { Lesson } from "../../judge/lessons.ts";
import { editedLessons, engineModules } from "../../learner/course.ts";
import type { Preparation } from "../../protocol/index.ts";
import { LostError } from "../../vm/frame-receiver.ts";
import type { SessionEnd } from "../../vm/machine.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { reportReplacedModules } from "../learn/replaced-modules.ts";
import { byteStreams } from "./byte-streams.ts";
import { rawTerminal } from "./raw-terminal.ts";

/** What to run in a session. */
export interface SessionOptions {
	/** The lesson that the user works on: `box` contains this lesson's module. */
	lesson: Lesson;
	/** Whether `box` is made of the reference's modules only. */
	solution: boolean;
	argv: string[];
	/** What to prepare in the machine in addition to `box`. */
	prepare?: Preparation[];
	/** Printed before the program starts, if a person is at the terminal. */
	greeting?: string;
}

/**
 * Runs a program in a fresh machine that has `box`, and connects the program with this process's standard streams. If
 * standard input and output are terminals, the program gets a terminal, too. Otherwise it reads and writes the same
 * bytes as this process.
 * @returns the program's exit code; 1 if the machine was lost; the code from `endedByUser` if the user left first
 * @throws {Failure} usage: a module of the learner's does not exist or cannot be used
 */
export async function runSession({
	lesson,
	solution,
	argv,
	prepare = [],
	greeting = "",
}: SessionOptions): Promise<number> {
	const machines = new MachinePool(visibleProgress);
	machines.prepare();
	const streams = process.stdin.isTTY && process.stdout.isTTY ? rawTerminal() : byteStreams();
	try {
		if (streams.window !== null) process.stderr.write(greeting);
		const program = await boxOf(lesson, solution);
		const { TERM = "xterm-256color", COLORTERM, NO_COLOR } = process.env;
		const environment = { LANG: "C.UTF-8", TERM, ...(COLORTERM && { COLORTERM }), ...(NO_COLOR && { NO_COLOR }) };
		const work = { prepare: [...installBox(program), ...prepare], argv, environment, unlocked: true };
		const ended = machines.runSession({ ...work, window: streams.window }, streams).then(exitCode);
		// If the user leaves first, nothing awaits `ended` any more, and its error does not matter.
		ended.catch(() => {});
		return await Promise.race([ended, streams.endedByUser]);
	} catch (error) {
		// Ctrl-C on a terminal also reaches QEMU. If the machine was lost because of that, the interruption is the cause.
		interruption.throwIfAborted();
		if (!(error instanceof LostError)) throw error;
		streams.close();
		const { got } = lostFinding({ kind: "lost", how: error.how, detail: error.detail });
		const what = error.how === "protocol" ? `: ${printable(error.detail)}` : "";
		process.stderr.write(`${got}${what}\n`);
		return EXIT.notPassed;
	} finally {
		streams.close();
		await machines.close();
	}
}

// The exit code that a shell reports: for a signal, 128 + its number.
function exitCode({ code, signal }: SessionEnd): number {
	return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

async function boxOf(lesson: Lesson, solution: boolean): Promise<string> {
	const mine = solution ? new Map() : await engineModules(lesson);
	try {
		// Builds the whole `box` right away, without waiting for `lessons`: nearly always it contains the lesson's
		// module.
		const [program, lessons] = await Promise.all([boxProgram(mine), lessonsOfBox()]);
		const isWhole = lessons.has(lesson.id);
		const edited = [...(solution ? [] : await editedLessons())].filter((id) => id !== lesson.id && lessons.has(id));
		reportReplacedModules(edited.filter((id) => isWhole || id < lesson.id));
		if (isWhole) return program;
		// A later lesson's module has taken the place of this lesson's. So this builds `box` without the later lessons.
		return await boxProgram(mine, { upTo: lesson.id.slice(0, 2) });
	} catch (cause) {
		if (!(cause instanceof BundleError)) throw cause;
		const { file, line, message } = cause.diagnostic;
		const what = `${relative(".", file)}:${line} cannot be used: ${message}`;
		throw new Failure("usage", what, `npx drydock check ${lesson.id}`, { cause });
	}
}
