import { constants } from "node:os";
import { AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64 } from "#kernel";
import { SYSCALL_NUMBERS } from "./syscalls.ts";

/**
 * Which system calls a command may make. Engines read this from a file in the form of the OCI's runtime specification,
 * "Seccomp", with names of calls and of constants. Here are only numbers, as a filter needs them.
 */
export interface Profile {
	/** Whose numbers the rules have: the machine's own `AUDIT_ARCH_*`. */
	architecture: number;
	/** What rules apply to a call. If several fit, the first one decides. */
	rules: readonly Rule[];
	/** What happens to a call that no rule fits. */
	otherwise: Action;
}

/** Fits a call that has this number, if all of the conditions hold. Without conditions, it fits every such call. */
export interface Rule {
	/** The call's number. */
	number: number;
	conditions: readonly Condition[];
	action: Action;
}

/** Compares an argument of a call with a value. Both have 64 bits, and no sign. */
export interface Condition {
	/** Which argument: 0 to 5. */
	index: number;
	/** Only these bits of the argument are compared. All 64 bits are set if the whole argument counts. */
	mask: bigint;
	operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
	value: bigint;
}

/**
 * - `allow`: the kernel makes the call.
 * - `log`: the kernel makes the call, and writes a line to its log.
 * - `errno`: the call fails with this error number.
 * - `kill`: the process ends by SIGSYS.
 */
export type Action = { type: "allow" } | { type: "log" } | { type: "errno"; errno: number } | { type: "kill" };

/** All bits of an argument. */
export const ALL_BITS: bigint = 2n ** 64n - 1n;

/** This machine's number of a call; undefined if it has no such call. */
export function numberOf(name: string): number | undefined {
	const [x86, arm] = SYSCALL_NUMBERS[name] ?? [];
	return process.arch === "arm64" ? arm : x86;
}

/** This machine's architecture. */
export const machineArchitecture = (): number => (process.arch === "arm64" ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64);

/** The parts of an OCI profile that count here. A value of an argument has been turned into a string. */
interface OciProfile {
	defaultAction: string;
	defaultErrnoRet?: number;
	architectures?: string[];
	syscalls?: {
		names: string[];
		action: string;
		errnoRet?: number;
		args?: OciArgument[];
	}[];
}

interface OciArgument {
	index: number;
	value: string;
	valueTwo?: string;
	op: string;
}

/**
 * Reads a profile in the OCI's form. Leaves out calls that this machine does not have. Other architectures that it
 * names do not count: a filter of this engine refuses their calls.
 * @param text JSON
 * @throws {Error} the text is not a profile, or it is one for other machines only
 */
export function readProfile(text: string): Profile {
	// A value may have 64 bits, and JSON.parse would round it. Within a JSON string, the quotes have backslashes.
	const exact = text.replace(/("value(?:Two)?"\s*:\s*)(\d+)/g, '$1"$2"');
	const profile = JSON.parse(exact) as OciProfile;
	const own = process.arch === "arm64" ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
	if (profile.architectures !== undefined && !profile.architectures.includes(own))
		throw new Error(`the seccomp profile is not for this machine: its architectures do not include ${own}`);
	return {
		architecture: machineArchitecture(),
		otherwise: actionOf(profile.defaultAction, profile.defaultErrnoRet),
		rules: (profile.syscalls ?? []).flatMap(({ names, action, errnoRet, args = [] }) =>
			names
				.flatMap((name) => numberOf(name) ?? [])
				.map((number) => ({ number, conditions: args.map(conditionOf), action: actionOf(action, errnoRet) })),
		),
	};
}

/** Numbers of errors, as an OCI profile has them: EPERM if none is given. */
function actionOf(name: string, errno: number = constants.errno.EPERM): Action {
	const action = ACTIONS[name];
	if (action === undefined) throw new Error(`the seccomp profile has an unknown action: ${name}`);
	return action === "errno" ? { type: "errno", errno } : { type: action };
}

const ACTIONS: Readonly<Record<string, Action["type"]>> = {
	SCMP_ACT_ALLOW: "allow",
	SCMP_ACT_LOG: "log",
	SCMP_ACT_ERRNO: "errno",
	SCMP_ACT_KILL: "kill",
	SCMP_ACT_KILL_THREAD: "kill",
	SCMP_ACT_KILL_PROCESS: "kill",
};

function conditionOf({ index, value, valueTwo = "0", op }: OciArgument): Condition {
	// For this operator, the first value is the mask.
	if (op === "SCMP_CMP_MASKED_EQ") return { index, mask: BigInt(value), operator: "==", value: BigInt(valueTwo) };
	const operator = OPERATORS[op];
	if (operator === undefined) throw new Error(`the seccomp profile has an unknown operator: ${op}`);
	return { index, mask: ALL_BITS, operator, value: BigInt(value) };
}

const OPERATORS: Readonly<Record<string, Condition["operator"]>> = {
	SCMP_CMP_EQ: "==",
	SCMP_CMP_NE: "!=",
	SCMP_CMP_LT: "<",
	SCMP_CMP_LE: "<=",
	SCMP_CMP_GT: ">",
	SCMP_CMP_GE: ">=",
};
