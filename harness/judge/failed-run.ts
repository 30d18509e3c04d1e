import type { BundleError, Diagnostic, Fault } from "../engine/bundle.ts";
import { linesAboutFailure } from "../vm/console-output.ts";
import type { Outcome } from "../vm/machine.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./compare.ts";

type Lost = Extract<Outcome, { kind: "lost" }>;

const LOST_MACHINE: Record<Lost["how"], { got: string; explanation: string; try: string }> = {
	"guest-reset": {
		got: "the virtual machine was restarted",
		explanation: "Your program restarted the whole virtual machine. It runs there as root, so nothing stopped it.",
		try: "Look for code that calls reboot, or writes to /proc/sysrq-trigger.",
	},
	"guest-shutdown": {
		got: "the virtual machine was switched off",
		explanation:
			"Your program halted the whole virtual machine or switched it off. It runs there as root, so nothing stopped it.",
		try: "Look for code that calls reboot, halt or poweroff.",
	},
	"guest-panic": {
		got: "the kernel panicked",
		explanation: "The virtual machine's kernel stopped with a panic. Its last messages, below, say why.",
		try: "Look for writes to /proc/sysrq-trigger, and for processes that use more and more memory and cannot be killed.",
	},
	"guest-fault": {
		got: "could not be judged: its kernel failed",
		explanation:
			"The virtual machine's kernel reported that its own code had failed. So this is no verdict on your program. The kernel's last messages, below, say where it failed.",
		try: "Check once more. If it happens again with the same program, look for what the program writes to /proc/sys, /sys and /dev/kmsg.",
	},
	"agent-ended": {
		got: "the harness's agent in the virtual machine could not be reached any more",
		explanation:
			"The connection to the agent that reads the kernel for the check was closed, so nothing could be read. Possible causes: the agent was killed, or the machine was suspended.",
		try: "Look for code that uses more and more memory, and for writes to /proc/sys and /sys.",
	},
	disturbed: {
		got: "could not be judged: the agent was disturbed",
		explanation: "Something kept the agent that reads the kernel for the check from its work, so there is no verdict.",
		try: "Look for code that uses up the machine's processes, files or memory, and for writes to /proc/sys and /sys. If there is none, check once more.",
	},
	silent: {
		got: "the virtual machine stopped answering",
		explanation: "The virtual machine sent nothing for so long that drydock ended it.",
		try: "Look for a loop that starts more and more processes, or uses more and more memory.",
	},
	protocol: {
		got: "the virtual machine sent something that it must not send",
		explanation: "Something in the virtual machine wrote to the agent's port in the agent's place. That ended the run.",
		try: "Leave /dev/vport* and the agent alone.",
	},
	"too-large": {
		got: "the program is too large for the virtual machine",
		explanation: "The program and its inputs are larger than the virtual machine accepts, so nothing was run.",
		try: "Compute large values while the program runs, or leave them out.",
	},
};

/** Replaces the entry in {@link LOST_MACHINE} if the machine was lost because the computer was too busy. */
const TOO_BUSY = {
	got: "could not be judged: the computer was too busy",
	explanation:
		"The virtual machine sent nothing for so long that drydock ended it. But it got only a small part of the processor time that it asked for, so this is no verdict on your program.",
	try: "Close other programs, and check once more.",
};
/**
 * What `detail` is, if it is not what the machine printed last on its console. The kernel and the programs outside of
 * the harbour print on the console.
 */
const DETAILS: Partial<Record<Lost["how"], string>> = {
	"guest-panic": "The kernel's last messages",
	"guest-fault": "The kernel's last messages",
	disturbed: "What drydock noticed",
	silent: "What drydock noticed",
	protocol: "What drydock noticed",
	"too-large": "What drydock noticed",
};
/** Below this share of the requested processor time, a run may have been too slow for its deadlines. */
export const BUSY_SHARE = 0.4;

/**
 * Whether the loss of the machine says nothing about the exercise, so that there is no verdict.
 * @param processorShare the share of the requested processor time that the machine got
 */
export const isUnjudged = (how: Lost["how"], processorShare: number): boolean =>
	how === "disturbed" || how === "guest-fault" || isTooBusy(how, processorShare);

const isTooBusy = (how: Lost["how"], processorShare: number) => how === "silent" && processorShare < BUSY_SHARE;

/**
 * The finding for an exercise whose machine was lost.
 * @param processorShare the share of the requested processor time that the machine got
 */
export function lostFinding({ how, detail }: Lost, processorShare = 1): Finding {
	const { got, explanation, try: advice } = isTooBusy(how, processorShare) ? TOO_BUSY : LOST_MACHINE[how];
	const last = linesAboutFailure(detail);
	const title = DETAILS[how] ?? "What the virtual machine printed last";
	const lastMessages = last.length === 0 ? "" : `\n${title}:\n${last.join("\n")}`;
	return {
		fact: "machine",
		what: "the virtual machine",
		expected: "runs until the check is done",
		got,
		diagnosis: how,
		explanation: explanation + lastMessages,
		try: advice,
		see: [],
		followsFrom: [],
	};
}

/** The finding for a run that was read to its end, but on which a rule of the check threw an exception. */
export function unreadFinding(error: unknown): Finding {
	const reason = error instanceof Error ? `${error.name}: ${error.message}` : "an exception";
	return {
		fact: "check",
		what: "what was read of the run",
		expected: "something that the check can read",
		got: "could not be judged: the check could not read it",
		diagnosis: "unreadable",
		explanation: `A rule of the check failed on what your program left behind or returned, so there is no verdict (${reason.slice(0, 300)}).`,
		try: "Look for values of another type than the lesson's text says. If there are none, this is a mistake in the check: tell its authors.",
		see: [],
		followsFrom: [],
	};
}

/**
 * Whether a brace that is never closed can be why the module cannot be bundled. The bundler reports such a brace where
 * it found something that cannot be in a block: the next `export`, or the end of the file.
 */
export const isUnclosedBrace = ({ diagnostic, fault }: BundleError): boolean =>
	fault === "syntax-error" && /^Unexpected "export"|end of (the )?file$/.test(diagnostic.message);

/**
 * The finding for a module that cannot be bundled.
 * @param opened where a brace is opened that is never closed, if that is the reason
 */
export function unbundledFinding({ diagnostic, fault }: BundleError, check: Check, opened?: Diagnostic): Finding {
	const explained =
		opened === undefined ? UNBUNDLED_MODULE[fault](check, diagnostic.message) : unclosedBrace(opened, diagnostic);
	return { fact: "module", what: check.module, see: [], followsFrom: [], diagnosis: fault, ...explained };
}

const NOT_TYPESCRIPT = "The file could not be read as TypeScript, so nothing was run.";

const UNBUNDLED_MODULE: Record<
	Fault,
	(check: Check, message: string) => Pick<Finding, "expected" | "got" | "explanation" | "try">
> = {
	"missing-export": ({ exported }) => ({
		expected: `exports a function ${exported}`,
		got: "no such export",
		explanation: `The engine imports ${exported} from your module, and did not find it.`,
		try: `Write: export function ${exported}(…) { … }`,
	}),
	"unresolved-import": (_check, got) => ({
		expected: "imports of things that exist",
		got,
		explanation: "The module imports a file, a package or a name that was not found, so nothing was run.",
		try: 'Look at the marked place: a path starts with "./", ends with ".ts", and is relative to the file that contains it.',
	}),
	"unreadable-import": (_check, got) => ({
		expected: "imports of files that can be read",
		got,
		explanation: "The module imports something that is not an ordinary file, or more than a module may import.",
		try: "Import only ordinary files, beside the module or below it, of less than a mebibyte together.",
	}),
	"too-much-for-the-compiler": () => ({
		expected: "a module that is compiled within seconds",
		got: "too much for the compiler",
		explanation:
			"The compiler reached its limit of time or memory, or crashed, so nothing was run. An ordinary module needs a fraction of that.",
		try: "Possible causes: constructs nested in each other dozens of times, very long lines, types that refer to themselves. Remove parts of the module until it compiles.",
	}),
	"too-large": (_check, got) => ({
		expected: "a program that is small enough for the virtual machine",
		got,
		explanation:
			"The compiled module is too large for the virtual machine, so nothing was run. The compiler writes a constant in full wherever it is used.",
		try: "Compute large values while the program runs, or leave them out.",
	}),
	"syntax-error": (_check, got) => ({
		expected: "a TypeScript module",
		got,
		explanation: NOT_TYPESCRIPT,
		try: "Look at the marked place, and at what comes just before it.",
	}),
};

const unclosedBrace = ({ line }: Diagnostic, found: Diagnostic) => ({
	expected: "a TypeScript module",
	got: `a { in line ${line} that is never closed`,
	explanation: `${NOT_TYPESCRIPT} No } closes the { that is marked below. The block seemed to go on until line ${found.line} (${found.message}).`,
	try: "Look for a missing } in this block. Every block inside it needs one, too: the indentation shows which one has none.",
});
