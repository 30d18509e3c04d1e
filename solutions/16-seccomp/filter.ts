import { constants } from "node:os";
import type { Action, Condition, Profile, Rule } from "#box/seccomp";
import {
	BPF_ABS,
	BPF_ALU,
	BPF_AND,
	BPF_JEQ,
	BPF_JGE,
	BPF_JGT,
	BPF_JMP,
	BPF_JUMP,
	BPF_K,
	BPF_LD,
	BPF_RET,
	BPF_STMT,
	BPF_W,
	PR_SET_NO_NEW_PRIVS,
	prctl,
	SECCOMP_DATA_ARCH,
	SECCOMP_DATA_ARG_HIGH,
	SECCOMP_DATA_ARG_LOW,
	SECCOMP_DATA_NR,
	SECCOMP_RET_ALLOW,
	SECCOMP_RET_ERRNO,
	SECCOMP_RET_KILL_PROCESS,
	SECCOMP_RET_LOG,
	SECCOMP_SET_MODE_FILTER,
	type SockFilter,
	seccomp,
	X32_SYSCALL_BIT,
} from "#kernel";

/**
 * Lets the kernel ask a filter before each system call of this process, and of all that it will fork or execute. The
 * filter can never be removed. So this comes after everything that the filter might refuse to the engine itself.
 * @throws {SyscallError} EINVAL the filter has more than 4096 instructions
 */
export function installFilter(profile: Profile): void {
	// The kernel demands this of every process without CAP_SYS_ADMIN. Otherwise, a setuid program could be made to fail
	// where its author did not expect it.
	prctl(PR_SET_NO_NEW_PRIVS, 1);
	seccomp(SECCOMP_SET_MODE_FILTER, 0, programFor(profile));
}

function programFor({ architecture, rules, otherwise }: Profile): SockFilter[] {
	return [
		// The same number is another call in another architecture.
		load(SECCOMP_DATA_ARCH),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
		refuse(constants.errno.ENOSYS),
		load(SECCOMP_DATA_NR),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_SYSCALL_BIT, 0, 1),
		refuse(constants.errno.ENOSYS),
		...rules.flatMap(codeOfRule),
		answer(otherwise),
	];
}

/** Returns the rule's action if the rule fits, and goes on with the next rule otherwise. */
function codeOfRule({ number, conditions, action }: Rule): SockFilter[] {
	let rest = [answer(action)];
	for (const condition of conditions.toReversed()) rest = [...codeOfCondition(condition, rest.length), ...rest];
	// Loads the number again, because the previous rule may have loaded an argument.
	return [load(SECCOMP_DATA_NR), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, rest.length), ...rest];
}

/** Goes on if the condition holds. Skips as many instructions as `rest` says otherwise. */
function codeOfCondition({ index, mask, operator, value }: Condition, rest: number): SockFilter[] {
	const { jump, negated } = OPERATORS[operator];
	// Places in this code, counted from its first instruction.
	const [holds, fails] = [7, 7 + rest];
	const [yes, no] = negated ? [fails, holds] : [holds, fails];
	const isEqual = jump === BPF_JEQ;
	// An instruction reads 32 bits. The upper halves decide, unless they are equal.
	return [
		load(SECCOMP_DATA_ARG_HIGH(index)),
		and(upper(mask)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, upper(value), (isEqual ? no : yes) - 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, upper(value), 0, no - 4),
		load(SECCOMP_DATA_ARG_LOW(index)),
		and(lower(mask)),
		BPF_JUMP(BPF_JMP | jump | BPF_K, lower(value), yes - 7, no - 7),
	];
}

/** The three comparisons that the kernel has. Each of the others is the contrary of one of them. */
const OPERATORS: Readonly<Record<Condition["operator"], { jump: number; negated: boolean }>> = {
	"==": { jump: BPF_JEQ, negated: false },
	"!=": { jump: BPF_JEQ, negated: true },
	">": { jump: BPF_JGT, negated: false },
	"<=": { jump: BPF_JGT, negated: true },
	">=": { jump: BPF_JGE, negated: false },
	"<": { jump: BPF_JGE, negated: true },
};

const load = (offset: number) => BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
const and = (mask: number) => BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask);
const refuse = (errno: number) => BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errno);
const upper = (value: bigint) => Number(value >> 32n);
const lower = (value: bigint) => Number(value & 0xffffffffn);

function answer(action: Action): SockFilter {
	if (action.type === "errno") return refuse(action.errno);
	const answers = { allow: SECCOMP_RET_ALLOW, log: SECCOMP_RET_LOG, kill: SECCOMP_RET_KILL_PROCESS };
	return BPF_STMT(BPF_RET | BPF_K, answers[action.type]);
}
