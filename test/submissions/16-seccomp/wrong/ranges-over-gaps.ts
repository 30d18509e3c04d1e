// diagnosis: others-confused
// Made ranges of calls with the same answer, also over numbers that are not in the list.
import { constants } from "node:os";
import type { Action, Condition, Profile, Rule } from "#box/seccomp";
import * as k from "#kernel";

export function installFilter({ architecture, rules, otherwise }: Profile): void {
	const special = rules.filter(({ number }) =>
		rules.some((rule) => rule.number === number && rule.conditions.length > 0),
	);
	const plain = rules.filter((rule) => !special.includes(rule)).toSorted((one, other) => one.number - other.number);
	const ranges: { first: number; last: number; value: number }[] = [];
	for (const { number, action } of plain) {
		const [open, value] = [ranges.at(-1), returnFor(action)];
		// Numbers between two listed ones get the answer of the one before them.
		if (open !== undefined) open.last = number - 1;
		if (open?.value === value) open.last = number;
		else ranges.push({ first: number, last: number, value });
	}
	k.prctl(k.PR_SET_NO_NEW_PRIVS, 1);
	k.seccomp(k.SECCOMP_SET_MODE_FILTER, 0, [
		ld(k.SECCOMP_DATA_ARCH),
		k.BPF_JUMP(JEQ, architecture, 1, 0),
		NOT_HERE,
		ld(k.SECCOMP_DATA_NR),
		k.BPF_JUMP(JGE, k.X32_SYSCALL_BIT, 0, 1),
		NOT_HERE,
		...special.flatMap(ruleCode),
		ld(k.SECCOMP_DATA_NR),
		...ranges.flatMap(({ first, last, value }) => [
			k.BPF_JUMP(JGE, first, 0, 2),
			k.BPF_JUMP(JGT, last, 1, 0),
			ret(value),
		]),
		ret(returnFor(otherwise)),
	]);
}

const ruleCode = ({ number, conditions, action }: Rule) => {
	const rest = compareAll(conditions, [ret(returnFor(action))]);
	return [ld(k.SECCOMP_DATA_NR), k.BPF_JUMP(JEQ, number, 0, rest.length), ...rest];
};

const JEQ = k.BPF_JMP | k.BPF_JEQ | k.BPF_K;
const JGT = k.BPF_JMP | k.BPF_JGT | k.BPF_K;
const JGE = k.BPF_JMP | k.BPF_JGE | k.BPF_K;
const ld = (offset: number) => k.BPF_STMT(k.BPF_LD | k.BPF_W | k.BPF_ABS, offset);
const and = (mask: number) => k.BPF_STMT(k.BPF_ALU | k.BPF_AND | k.BPF_K, mask);
const ret = (value: number) => k.BPF_STMT(k.BPF_RET | k.BPF_K, value);
const NOT_HERE = ret(k.SECCOMP_RET_ERRNO | constants.errno.ENOSYS);
const [high, low] = [(value: bigint) => Number(value >> 32n), (value: bigint) => Number(value & 0xffffffffn)];

function returnFor(action: Action): number {
	switch (action.type) {
		case "allow":
			return k.SECCOMP_RET_ALLOW;
		case "log":
			return k.SECCOMP_RET_LOG;
		case "kill":
			return k.SECCOMP_RET_KILL_PROCESS;
		case "errno":
			return k.SECCOMP_RET_ERRNO | action.errno;
	}
}

// Eight instructions: the last two are where the comparison leads to if it holds, and if it does not.
function compare({ index, mask, operator, value }: Condition, skip: number): k.SockFilter[] {
	const greater = operator === ">" || operator === ">=" || operator === "!=";
	const less = operator === "<" || operator === "<=" || operator === "!=";
	const equal = operator === "==" || operator === ">=" || operator === "<=";
	// Places: 8 goes on, 8 + skip gives up.
	const to = (holds: boolean, from: number) => (holds ? 8 : 8 + skip) - from - 1;
	return [
		ld(k.SECCOMP_DATA_ARG_HIGH(index)),
		and(high(mask)),
		k.BPF_JUMP(JGT, high(value), to(greater, 2), 0),
		k.BPF_JUMP(JGE, high(value), 0, to(less, 3)),
		ld(k.SECCOMP_DATA_ARG_LOW(index)),
		and(low(mask)),
		k.BPF_JUMP(JGT, low(value), to(greater, 6), 0),
		k.BPF_JUMP(JEQ, low(value), to(equal, 7), to(less, 7)),
	];
}

function compareAll(conditions: readonly Condition[], action: k.SockFilter[]): k.SockFilter[] {
	const [first, ...others] = conditions;
	if (first === undefined) return action;
	const rest = compareAll(others, action);
	return [...compare(first, rest.length), ...rest];
}
