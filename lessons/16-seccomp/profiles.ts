import { Draw } from "./draw.ts";
import { NUMBERS } from "./numbers.ts";

/** The profiles of this check, and what a filter that keeps to them says to each question. All of this is drawn. */

/** A profile in the OCI's form. Values of arguments are `bigint`, which {@link profileText} writes as numbers. */
interface OciProfile {
	defaultAction: string;
	defaultErrnoRet?: number;
	architectures: string[];
	syscalls: OciRule[];
}
interface OciRule {
	names: string[];
	action: string;
	errnoRet?: number;
	args?: OciCondition[];
}
export interface OciCondition {
	index: number;
	value: bigint;
	valueTwo?: bigint;
	op: string;
}

/** What the kernel says to a call, as the program `ask` writes it down: four hexadecimal digits. */
export type Answer = string;
export const errorAnswer = (errno: number): Answer => errno.toString(16).padStart(4, "0");
export const signalAnswer = (signal: number): Answer => errorAnswer(0x8000 + signal);
export const WORKED: Answer = errorAnswer(0);
export const [EPERM, EBADF, EINVAL, ENOSYS, SIGSYS] = [1, 9, 22, 38, 31] as const;
/** A call of another architecture fails with ENOSYS, or ends the process. */
export const REFUSED_ARCHITECTURE: readonly Answer[] = [errorAnswer(ENOSYS), signalAnswer(SIGSYS)];

/** What a question is about. Each subject has a fact of its own. */
export type Subject =
	| "listed"
	| "others"
	| "allowed"
	| "log"
	| "kill"
	| "i386"
	| "x32"
	| "operators"
	| "mask"
	| "all"
	| "alternatives"
	| "first"
	| "number"
	| "default";

/** A call that the program `ask` makes. */
export interface Question {
	subject: Subject;
	/** The call, for the report. */
	name: string;
	/** 0: by the instruction syscall; 1: by int 0x80; 2: as 0, and it may fork. */
	kind: 0 | 1 | 2;
	number: number;
	args: bigint[];
	/** The right answers. */
	wanted: readonly Answer[];
	/** How many rules of the profile come before the one that decides. */
	place?: number;
	/** The condition that decides, and the answers if it holds and if it does not. */
	condition?: { rule: OciCondition; holds: Answer; fails: Answer };
}

export interface Plan {
	/** The text of the profile; `default` for the engine's own. */
	profile: string;
	questions: Question[];
}

/** An argument of all ones: no file, no address, no process. No call does anything with six of them. */
const NONE = 2n ** 64n - 1n;
const NOTHING = Array.from({ length: 6 }, () => NONE);
/** `ask` has the path /answers/around at this address. */
const AROUND = 0x400078n;
export const X32_BIT = 0x40000000;
/** Numbers that x86-64 has not given to a call. */
const UNUSED = [336, 400, 423, 511, 1000, 4095];
/** i386's number of mkdir. In x86-64, it is getpid's, which every profile of this check allows. */
const MKDIR_ON_I386 = 39;

/**
 * What every program needs, and what an engine may do between the installation and execve: a learner's module of lesson
 * 01 also comes after it.
 */
const NEEDED = [
	...["read", "write", "open", "openat", "close", "stat", "fstat", "lstat", "newfstatat", "statx", "lseek", "poll"],
	...["mmap", "mprotect", "munmap", "brk", "mremap", "madvise", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn"],
	...["sigaltstack", "ioctl", "fcntl", "pread64", "pwrite64", "readv", "writev", "access", "faccessat2", "readlink"],
	...["readlinkat", "getcwd", "pipe", "pipe2", "dup", "dup2", "dup3", "fork", "vfork", "clone", "clone3", "execve"],
	...["exit", "exit_group", "wait4", "kill", "tgkill", "uname", "getpid", "gettid", "getuid", "geteuid", "getgid"],
	...["getppid", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "futex", "sched_yield", "membarrier"],
	...["sched_getaffinity", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday"],
	...["getrandom", "prlimit64", "getrlimit", "sysinfo", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait"],
	...["eventfd2", "restart_syscall", "pause", "prctl", "setpgid", "setsid", "chdir", "fchdir", "umask", "alarm"],
	...["setrlimit", "close_range", "execveat", "faccessat", "setitimer", "setpriority"],
];

/** Calls that do nothing, whatever their arguments are. The kernel makes them if a filter is wrong. */
const HARMLESS = [
	...["getpriority", "getpgid", "getsid", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval"],
	...["fadvise64", "readahead", "inotify_rm_watch", "timer_getoverrun", "timerfd_gettime", "flistxattr", "fsync"],
	...["fdatasync", "sync_file_range", "getitimer", "capget", "fgetxattr", "tee", "preadv", "getdents", "getdents64"],
	...["sched_get_priority_max", "sched_get_priority_min", "fstatfs", "get_robust_list", "timer_gettime"],
];

/** Calls that do nothing, need no argument, and that the engine does not need. */
const LOGGED = ["getpgrp", "getegid"];

/** What the kernel itself says to some calls that every profile allows, with arguments of all ones. */
const OWN_ANSWERS: Readonly<Record<string, number>> = {
	...{ read: EBADF, write: EBADF, close: EBADF, fcntl: EBADF, fstat: EBADF, dup: EBADF, lseek: EBADF },
	...{ getpid: 0, gettid: 0, getuid: 0, getppid: 0, sched_yield: 0, munmap: EINVAL, mprotect: EINVAL },
};

const numberOf = (name: string) => NUMBERS.get(name) ?? -1;
const allowed = (name: string): Question => ({
	...{ subject: "allowed", name, kind: 0, number: numberOf(name), args: NOTHING },
	wanted: [errorAnswer(OWN_ANSWERS[name] ?? 0)],
});
const around = (): Question[] => [
	{
		...{ subject: "i386", name: "mkdir by int 0x80", kind: 1, number: MKDIR_ON_I386 },
		...{ args: [AROUND, 0o755n, 0n, 0n, 0n, 0n], wanted: REFUSED_ARCHITECTURE },
	},
	{
		...{ subject: "x32", name: "getpid with the x32 bit", kind: 0, number: X32_BIT + numberOf("getpid") },
		...{ args: NOTHING, wanted: REFUSED_ARCHITECTURE },
	},
];

/** @returns the profile as JSON */
export const profileText = (profile: OciProfile): string =>
	JSON.stringify(profile, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)).replace(
		/"(\d+)n"/g,
		"$1",
	);

/**
 * A list of what is allowed: more than 300 rules. Refused calls fail with one of several errors, and everything that is
 * not listed fails with another one.
 */
export function longPlan(seed: number): Plan {
	const draw = new Draw(seed);
	// Errors that none of the calls returns by itself.
	const errors = draw.shuffled(Array.from({ length: 64 }, (_, index) => 60 + index));
	const [otherwise = 0, held = 0, second = 0, third = 0, ...groupErrors] = errors;
	const harmless = draw.shuffled(HARMLESS);
	const taken = (count: number) => harmless.splice(0, count);
	const compared = comparisons(draw, taken(7), errorAnswer(held), errorAnswer(otherwise));
	const [all = "", alternatives = "", first = "", byNumber = "", killed = ""] = taken(5);

	const special = new Set([...compared.map(({ name }) => name), all, alternatives, first, byNumber, killed]);
	const free = draw.shuffled(
		[...NUMBERS.keys()].filter((name) => !NEEDED.includes(name) && !LOGGED.includes(name) && !special.has(name)),
	);
	const unlisted = free.splice(0, 30);
	// Neighbours in the list have different errors.
	const groups = Array.from({ length: 8 }, (_, group) => free.filter((_, index) => index % 8 === group));
	const refuse = (errno: number) => ({ action: "SCMP_ACT_ERRNO", errnoRet: errno });
	const half = Math.floor(NEEDED.length / 2);

	const [a, b, c] = [draw.wide(), draw.wide(), draw.wide()];
	const target = groups[7]?.at(-1) ?? "";
	const equal = (index: number, value: bigint): OciCondition => ({ index, value, op: "SCMP_CMP_EQ" });
	const syscalls: OciRule[] = [
		{ names: NEEDED.slice(0, half), action: "SCMP_ACT_ALLOW" },
		{ names: LOGGED, action: "SCMP_ACT_LOG" },
		...compared.map(({ name, condition }) => ({ names: [name], ...refuse(held), args: [condition] })),
		{
			...{ names: [all], ...refuse(held) },
			args: [equal(0, a), { index: 2, value: b, op: "SCMP_CMP_GE" }, { index: 4, value: c, op: "SCMP_CMP_NE" }],
		},
		{ names: [alternatives], ...refuse(held), args: [equal(0, a)] },
		{ names: [alternatives], ...refuse(second), args: [equal(0, b)] },
		{ names: [alternatives], ...refuse(third), args: [equal(1, c)] },
		{ names: [first], ...refuse(held), args: [{ index: 0, value: a, op: "SCMP_CMP_GT" }] },
		{ names: [first], ...refuse(second) },
		{ names: [byNumber], ...refuse(held), args: [equal(0, a)] },
		...groups.map((names, group) => ({ names, ...refuse(groupErrors[group] ?? 0) })),
		{ names: [killed], action: "SCMP_ACT_KILL_PROCESS" },
		{ names: NEEDED.slice(half), action: "SCMP_ACT_ALLOW" },
	];
	const names = syscalls.flatMap((rule) => rule.names);
	const place = (name: string) => names.indexOf(name);

	const ask = (subject: Subject, name: string, args: bigint[], wanted: Answer): Question => ({
		...{ subject, name, kind: 0, number: numberOf(name), args, wanted: [wanted], place: place(name) },
	});
	const [onHeld, onSecond, onThird, onOther] = [held, second, third, otherwise].map(errorAnswer) as [
		...[Answer, Answer, Answer, Answer],
	];
	const with_ = (given: Record<number, bigint>) => NOTHING.map((none, index) => given[index] ?? none);
	return {
		profile: profileText({
			defaultAction: "SCMP_ACT_ERRNO",
			defaultErrnoRet: otherwise,
			architectures: ["SCMP_ARCH_X86_64"],
			syscalls,
		}),
		questions: [
			// First, because the kernel writes down only some of many such calls.
			...LOGGED.map((name) => ask("log", name, NOTHING, WORKED)),
			...groups.flatMap((names, group) =>
				names.map((name) => ask("listed", name, NOTHING, errorAnswer(groupErrors[group] ?? 0))),
			),
			...unlisted.map((name) => ask("others", name, NOTHING, onOther)),
			...UNUSED.map((number) => ({
				...{ subject: "others" as const, name: `number ${number}`, kind: 0 as const, number, args: NOTHING },
				wanted: [onOther],
			})),
			...Object.keys(OWN_ANSWERS).map((name) => ({ ...allowed(name), place: place(name) })),
			...compared.flatMap(({ questions }) => questions.map((one) => ({ ...one, place: place(one.name) }))),
			ask("all", all, with_({ 0: a, 2: b, 4: a }), onHeld),
			ask("all", all, with_({ 0: b, 2: b, 4: a }), onOther),
			ask("all", all, with_({ 0: a, 2: b - 1n, 4: a }), onOther),
			ask("all", all, with_({ 0: a, 2: b, 4: c }), onOther),
			ask("all", all, with_({ 0: b, 2: b - 1n, 4: c }), onOther),
			ask("alternatives", alternatives, with_({ 0: a }), onHeld),
			ask("alternatives", alternatives, with_({ 0: b }), onSecond),
			ask("alternatives", alternatives, with_({ 0: c, 1: c }), onThird),
			ask("alternatives", alternatives, with_({ 0: c }), onOther),
			ask("first", first, with_({ 0: a + 1n }), onHeld),
			ask("first", first, with_({ 0: a }), onSecond),
			// Both halves of the argument are the number of a call that comes later in the list.
			ask("number", byNumber, with_({ 0: BigInt(numberOf(target)) * (HIGH + 1n) }), onOther),
			...around(),
			ask("kill", killed, NOTHING, signalAnswer(SIGSYS)),
		],
	};
}

const ALL_BITS = NONE;
const OPERATORS = ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"];

/** One rule for each operator, each about another argument. */
function comparisons(draw: Draw, names: string[], holds: Answer, fails: Answer) {
	const indices = draw.shuffled([0, 1, 2, 3, 4, 5, 5]);
	return OPERATORS.map((operator, place) => {
		const [name = "", index = 0] = [names[place], indices[place]];
		const drawn = draw.wide();
		const mask = draw.wide();
		const isMasked = operator === "MASKED_EQ";
		const condition: OciCondition = isMasked
			? { index, value: mask, valueTwo: drawn & mask, op: "SCMP_CMP_MASKED_EQ" }
			: { index, value: drawn, op: `SCMP_CMP_${operator}` };
		// With the same value in all other arguments, a condition on one of those has the same result for all questions.
		const questions = (isMasked ? nearMask(mask, drawn & mask) : near(drawn)).map(
			(value): Question => ({
				...{ subject: isMasked ? "mask" : "operators", name, kind: 0, number: numberOf(name) },
				args: Array.from({ length: 6 }, (_, other) => (other === index ? value : drawn + 1n)),
				wanted: [isTrue(condition, value) ? holds : fails],
				condition: { rule: condition, holds, fails },
			}),
		);
		return { name, condition, questions };
	});
}

const HIGH = 1n << 32n;
/** Values that differ from this one in the upper half, in the lower half, or in both; in different directions. */
const near = (value: bigint): bigint[] => {
	const [high, low] = [value >> 32n, value & (HIGH - 1n)];
	const of = (upper: bigint, lower: bigint) => (upper << 32n) | lower;
	return [
		...[value, value - 1n, value + 1n, of(high - 1n, low), of(high + 1n, low), of(high - 1n, low + 1n)],
		...[of(high + 1n, low - 1n), of(0n, low), of(high, 0n), 0n, ALL_BITS, value ^ (1n << 63n), of(low, high)],
	];
};

/** Values that differ in bits that the mask has, or only in others. */
const nearMask = (mask: bigint, value: bigint): bigint[] => {
	const others = ALL_BITS & ~mask;
	const [lowest, highest] = [mask & -mask, 1n << BigInt(mask.toString(2).length - 1)];
	const [above, below] = [others & ~(HIGH - 1n), others & (HIGH - 1n)];
	return [value, value | others, value | above, value | below, value ^ lowest, value ^ highest, 0n, ALL_BITS];
};

/** Whether a condition holds for an argument. */
export function isTrue({ op, value, valueTwo = 0n }: OciCondition, argument: bigint): boolean {
	const results: Record<string, boolean> = {
		SCMP_CMP_EQ: argument === value,
		SCMP_CMP_NE: argument !== value,
		SCMP_CMP_LT: argument < value,
		SCMP_CMP_LE: argument <= value,
		SCMP_CMP_GT: argument > value,
		SCMP_CMP_GE: argument >= value,
		SCMP_CMP_MASKED_EQ: (argument & value) === valueTwo,
	};
	return results[op] ?? false;
}

/** A list of what is refused: everything else is allowed. */
export function openPlan(seed: number): Plan {
	const draw = new Draw(seed ^ 0x5eed);
	const [refusedWith = 0] = draw.shuffled(Array.from({ length: 64 }, (_, index) => 60 + index));
	const [killed = "", refused = ""] = draw.shuffled(HARMLESS);
	const names = ["mkdir", "mkdirat", refused];
	return {
		profile: profileText({
			defaultAction: "SCMP_ACT_ALLOW",
			architectures: ["SCMP_ARCH_X86_64"],
			syscalls: [
				{ names, action: "SCMP_ACT_ERRNO", errnoRet: refusedWith },
				{ names: [killed], action: "SCMP_ACT_KILL_PROCESS" },
			],
		}),
		questions: [
			...names.map(
				(name): Question => ({
					...{ subject: "listed", name, kind: 0, number: numberOf(name), args: NOTHING },
					wanted: [errorAnswer(refusedWith)],
				}),
			),
			...Object.keys(OWN_ANSWERS).map(allowed),
			{
				...{ subject: "allowed", name: "number 4095", kind: 0, number: 4095, args: NOTHING },
				wanted: [errorAnswer(ENOSYS)],
			},
			...around(),
			{
				...{ subject: "kill", name: killed, kind: 0, number: numberOf(killed), args: NOTHING },
				wanted: [signalAnswer(SIGSYS)],
			},
		],
	};
}

const [CLONE_NEWUSER, CLONE_NEWNET, SIGCHLD] = [0x10000000n, 0x40000000n, 17n];
const [AF_UNIX, AF_VSOCK, SOCK_STREAM] = [1n, 40n, 1n];

/** The engine's own profile. */
export function defaultPlan(): Plan {
	const ask = (name: string, args: bigint[], wanted: Answer, kind: 0 | 2 = 0, shown = name): Question => ({
		...{ subject: "default", name: shown, kind, number: numberOf(name), wanted: [wanted] },
		args: Array.from({ length: 6 }, (_, index) => args[index] ?? 0n),
	});
	const refused = errorAnswer(EPERM);
	return {
		profile: "default",
		questions: [
			ask("clone", [SIGCHLD], WORKED, 2, "clone"),
			ask("clone", [CLONE_NEWUSER | SIGCHLD], refused, 2, "clone with CLONE_NEWUSER"),
			ask("clone", [CLONE_NEWNET | SIGCHLD], refused, 2, "clone with CLONE_NEWNET"),
			ask("clone3", [], errorAnswer(ENOSYS), 2, "clone3"),
			ask("personality", [0xffffffffn], WORKED, 0, "personality(0xffffffff)"),
			ask("personality", [0x40000n], refused, 0, "personality(0x40000)"),
			ask("socket", [AF_UNIX, SOCK_STREAM], WORKED, 0, "socket with AF_UNIX"),
			ask("socket", [AF_VSOCK, SOCK_STREAM], refused, 0, "socket with AF_VSOCK"),
			...["keyctl", "mount", "swapoff", "acct", "io_uring_setup", "userfaultfd"].map((name) =>
				ask(name, NOTHING, refused),
			),
			...["getpid", "getuid", "sched_yield"].map((name) => ask(name, [], WORKED)),
			...around(),
			ask("unshare", [CLONE_NEWUSER], refused, 0, "unshare with CLONE_NEWUSER"),
		],
	};
}

/** The file "questions" that the program `ask` has in it. */
export function questionsFile(questions: readonly Question[]): Buffer {
	const words = questions.flatMap(({ kind, number, args }) => [BigInt(kind), BigInt(number), ...args]);
	const file = Buffer.alloc(8 * words.length);
	for (const [index, word] of words.entries()) file.writeBigUInt64LE(word, 8 * index);
	return file;
}
