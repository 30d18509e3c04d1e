import type { CommandSpec } from "./command.ts";
import { box } from "./commands/box.ts";
import { check } from "./commands/check.ts";
import { classCommand } from "./commands/class.ts";
import { completion } from "./commands/completion.ts";
import { demo } from "./commands/demo.ts";
import { dev } from "./commands/dev.ts";
import { doctor } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { finish } from "./commands/finish.ts";
import { grade } from "./commands/grade.ts";
import { hint } from "./commands/hint.ts";
import { image } from "./commands/image.ts";
import { importCommand } from "./commands/import.ts";
import { init } from "./commands/init.ts";
import { inspect } from "./commands/inspect.ts";
import { list } from "./commands/list.ts";
import { live } from "./commands/live.ts";
import { man } from "./commands/man.ts";
import { next } from "./commands/next.ts";
import { read } from "./commands/read.ts";
import { reset } from "./commands/reset.ts";
import { run } from "./commands/run.ts";
import { select } from "./commands/select.ts";
import { shell } from "./commands/shell.ts";
import { solution } from "./commands/solution.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { watch } from "./commands/watch.ts";

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly CommandSpec[] = [
	start,
	watch,
	check,
	run,
	shell,
	inspect,
	list,
	status,
	next,
	select,
	hint,
	solution,
	reset,
	finish,
	box,
	exportCommand,
	importCommand,
	read,
	man,
	init,
	doctor,
	demo,
	live,
	grade,
	classCommand,
	image,
	dev,
	completion,
];
