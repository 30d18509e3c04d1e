import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { inKit } from "./kit.ts";

/**
 * The exit codes. Never mix these four: not passed, wrong usage, this computer cannot run it, drydock itself failed.
 */
export const EXIT = { passed: 0, notPassed: 1, usage: 2, unsupported: 3, failed: 4, interrupted: 130 } as const;

/** The meaning of each exit code, in a few words. */
export const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
	passed: "passed",
	notPassed: "not passed",
	usage: "wrong usage",
	unsupported: "this computer cannot run it",
	failed: "drydock failed",
	interrupted: "interrupted",
};

/**
 * A failure that is not the exercise's: wrong usage, a computer that cannot run it, or an error of drydock itself. The
 * message says what happened. `next` is the command, or the step, that helps.
 */
export class Failure extends Error {
	override readonly name = "Failure";

	constructor(
		readonly kind: "usage" | "unsupported" | "failed",
		message: string,
		readonly next?: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}

	get exitCode(): number {
		return EXIT[this.kind];
	}
}

/** How many errors of a chain of causes are looked at. */
const CAUSES_MAX = 8;

/**
 * Finds the failure in an error and its causes: a {@link Failure}, a refusal of the kernel that no code foresaw, or an
 * npm package that is missing.
 * @returns null: the error is drydock's own
 */
export function failureOf(error: unknown): Failure | null {
	let cause = error;
	for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth++) {
		if (cause instanceof Failure) return cause;
		const refused = refusal(cause);
		if (refused !== null) return new Failure("unsupported", refused.what, refused.next, { cause: error });
		cause = cause.cause;
	}
	return null;
}

const FORBIDDEN = "this user may not do that";
/**
 * The error codes of refusals that are not drydock's fault, and what they mean. A refusal with another code mostly is
 * an error of drydock.
 */
const MEANINGS = new Map([
	["EACCES", FORBIDDEN],
	["EPERM", FORBIDDEN],
	["EROFS", "the file system is read-only"],
	["ENOSPC", "the disk is full, or its inodes are used up"],
	["EDQUOT", "this user's disk quota is used up"],
	["EFBIG", "the file is larger than this user's limit"],
	["EMFILE", "this process may open no more files"],
	["ENFILE", "the whole computer may open no more files"],
	["ENOMEM", "there is no memory left"],
	["EIO", "the disk cannot be read or written"],
	["ESTALE", "the network's file system no longer has the file"],
	["ENAMETOOLONG", "the path is too long"],
]);
const END_OTHERS = "end other programs, then repeat the command";
const REMEDIES = new Map([
	["EFBIG", "ulimit -f unlimited, then the same command"],
	["EMFILE", "ulimit -n 1024, then the same command"],
	["ENFILE", END_OTHERS],
	["ENOMEM", END_OTHERS],
]);

interface Refusal {
	what: string;
	next: string | undefined;
}

// A compiler passes on only an error's text, so the property `code` is lost. But the text begins with the code.
const codeIn = ({ message }: Error) => /^(EMFILE|ENFILE|ENOMEM): /.exec(message)?.[1] ?? "";

function refusal(error: NodeJS.ErrnoException): Refusal | null {
	const { code = codeIn(error), syscall = "", path } = error;
	// Some packages are loaded only when they are needed.
	if (MISSING.includes(code))
		return {
			what: `drydock's npm packages are not installed, or not all of them: ${firstLine(error)}`,
			next: "npm start, in drydock's folder",
		};
	if (syscall.startsWith("spawn") && !REMEDIES.has(code)) return cannotStart(path ?? syscall, code);
	// mkdtemp fails with ENOENT if the folder for temporary files is missing. Everywhere else, drydock makes the folder
	// itself.
	const isNowhere = code === "ENOENT" && syscall === "mkdtemp";
	const meaning = isNowhere ? "the folder does not exist" : MEANINGS.get(code);
	if (meaning === undefined) return null;
	return { what: `${meaning}: ${error.message}`, next: REMEDIES.get(code) ?? (path && remedyFor(path)) };
}

const MISSING = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];
const firstLine = ({ message }: Error) => message.split("\n", 1)[0];

function cannotStart(program: string, code: string): Refusal {
	if (code === "ENOENT") return { what: `${program} is not installed, or not on the PATH`, next: "npx drydock doctor" };
	if (code === "EAGAIN") return { what: `${program} cannot be started: too many processes`, next: END_OTHERS };
	// Node has no name for the error of a program for another architecture (ENOEXEC), only its number.
	const next = `npm start, in drydock's folder; if that does not help: findmnt -T ${program} may say noexec`;
	return { what: `${program} cannot be executed here (${code})`, next };
}

// The command that makes drydock write such files elsewhere; if there is none, a command that shows what is wrong with
// the path.
function remedyFor(path: string): string {
	const cache = process.env["DRYDOCK_CACHE"] || join(home(), ".cache");
	// If the cache does not exist yet, `path` may be a folder above the cache, which could not be made.
	if (path.startsWith(cache) || cache.startsWith(`${path}/`) || /\/(\.cache|Caches)(\/|$)/.test(path))
		return "export DRYDOCK_CACHE=/a/directory/of/yours, and repeat the command";
	if (path.startsWith(inKit("workspace"))) return OTHER_WORKSPACE;
	if (path.startsWith(tmpdir())) return "export TMPDIR=/a/directory/of/yours, and repeat the command";
	return `ls -ld ${path}`;
}

// homedir() throws for a user who has no home directory.
function home(): string {
	try {
		return homedir();
	} catch {
		return "";
	}
}

/** What to do if the workspace cannot be written. */
export const OTHER_WORKSPACE = "npx drydock init /a/directory/of/yours, and work there";
