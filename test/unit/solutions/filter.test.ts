import { describe, expect, test, vi } from "vitest";
import { NUMBERS } from "../../../lessons/16-seccomp/numbers.ts";
import {
	defaultPlan,
	longPlan,
	openPlan,
	type Question,
	REFUSED_ARCHITECTURE,
	WORKED,
} from "../../../lessons/16-seccomp/profiles.ts";
import * as kernel from "../../../native/kernel.ts";
import { installFilter } from "../../../solutions/16-seccomp/filter.ts";
import { defaultProfile } from "../../../solutions/given/allowlist.ts";
import { numberOf, type Profile, readProfile } from "../../../solutions/given/seccomp.ts";
import { SYSCALL_NUMBERS } from "../../../solutions/given/syscalls.ts";

// Runs the solution's filters on an interpreter of their instructions.

const installed = vi.hoisted(() => [] as unknown[]);
vi.mock("#kernel", async (original) => ({
	...(await original<typeof kernel>()),
	prctl: () => 0,
	seccomp: (_operation: number, _flags: number, filter: unknown) => void installed.push(filter),
}));

const programFor = (profile: Profile) => {
	installFilter(profile);
	return installed.at(-1) as kernel.SockFilter[];
};

interface Call {
	architecture?: number;
	number: number;
	args?: readonly bigint[];
}

/** What a filter returns. See "Classic BPF vs eBPF" in the kernel's documentation, networking/filter.rst. */
function returned(filter: readonly kernel.SockFilter[], { architecture, number, args = [] }: Call): number {
	const data = Buffer.alloc(64);
	data.writeUInt32LE(number >>> 0, kernel.SECCOMP_DATA_NR);
	data.writeUInt32LE(architecture ?? kernel.AUDIT_ARCH_X86_64, kernel.SECCOMP_DATA_ARCH);
	for (const [index, value] of args.entries()) data.writeBigUInt64LE(value, kernel.SECCOMP_DATA_ARG_LOW(index));
	let accumulator = 0;
	for (let place = 0; ; place += 1) {
		const { code, jt, jf, k } = filter[place] ?? { code: -1, jt: 0, jf: 0, k: 0 };
		const operand = k >>> 0;
		const jump = (holds: boolean) => {
			place += holds ? jt : jf;
		};
		if (code === (kernel.BPF_RET | kernel.BPF_K)) return operand;
		if (code === (kernel.BPF_LD | kernel.BPF_W | kernel.BPF_ABS)) accumulator = data.readUInt32LE(operand);
		else if (code === (kernel.BPF_ALU | kernel.BPF_AND | kernel.BPF_K)) accumulator = (accumulator & operand) >>> 0;
		else if (code === (kernel.BPF_JMP | kernel.BPF_JEQ | kernel.BPF_K)) jump(accumulator === operand);
		else if (code === (kernel.BPF_JMP | kernel.BPF_JGT | kernel.BPF_K)) jump(accumulator > operand);
		else if (code === (kernel.BPF_JMP | kernel.BPF_JGE | kernel.BPF_K)) jump(accumulator >= operand);
		else throw new Error(`no instruction at ${place}: ${code}`);
	}
}

/** The answer that the program `ask` would write down, without the calls that the kernel makes. */
function answerOf(filter: readonly kernel.SockFilter[], { kind, number, args }: Question): string {
	const architecture = kind === 1 ? kernel.AUDIT_ARCH_I386 : kernel.AUDIT_ARCH_X86_64;
	const value = returned(filter, { architecture, number, args });
	if (value === kernel.SECCOMP_RET_ALLOW) return "made";
	if (value === kernel.SECCOMP_RET_LOG) return WORKED;
	if (value === kernel.SECCOMP_RET_KILL_PROCESS) return "801f";
	return (value - kernel.SECCOMP_RET_ERRNO).toString(16).padStart(4, "0");
}

const PLANS = [
	...[1, 2, 3, 0xdeadbeef, 0xffffffff].map((seed) => ({ name: `the long profile ${seed}`, plan: longPlan(seed) })),
	{ name: "the open profile", plan: openPlan(7) },
	{ name: "the engine's own profile", plan: defaultPlan() },
];

describe.each(PLANS)("with $name", ({ plan: { profile, questions } }) => {
	const filter = programFor(profile === "default" ? defaultProfile([]) : readProfile(profile));

	test("the filter gives every answer that the check wants", () => {
		const wrong = questions.filter((question) => {
			const answer = answerOf(filter, question);
			return answer === "made" ? !["allowed", "default"].includes(question.subject) : !question.wanted.includes(answer);
		});
		expect(wrong.map(({ name }) => name)).toEqual([]);
	});

	test("the kernel takes it: it is short enough", () => {
		expect(filter.length).toBeLessThan(kernel.BPF_MAXINSNS);
	});
});

test("a long profile has more than 300 calls", () => {
	expect(readProfile(longPlan(5).profile).rules.length).toBeGreaterThan(300);
});

test("the engine's table of numbers is the check's, and has what is new", () => {
	const own = Object.entries(SYSCALL_NUMBERS).map(([name, [x86]]) => [name, x86] as const);
	expect(new Map(own.filter(([name]) => name !== "uretprobe"))).toEqual(NUMBERS);
});

describe("the engine's own profile", () => {
	const answer = (capabilities: readonly number[], name: string, ...args: bigint[]) =>
		returned(programFor(defaultProfile(capabilities)), { number: numberOf(name) ?? -1, args });

	test.each([
		["mount", kernel.CAP_SYS_ADMIN],
		["clone3", kernel.CAP_SYS_ADMIN],
		["chroot", kernel.CAP_SYS_CHROOT],
		["reboot", kernel.CAP_SYS_BOOT],
		["settimeofday", kernel.CAP_SYS_TIME],
	])("refuses %s, unless the container has the capability", (name, capability) => {
		expect(answer([], name)).not.toBe(kernel.SECCOMP_RET_ALLOW);
		expect(answer([capability], name)).toBe(kernel.SECCOMP_RET_ALLOW);
	});

	test("allows clone with a flag for a namespace only with CAP_SYS_ADMIN", () => {
		const flags = BigInt(kernel.CLONE_NEWNET);
		expect(answer([], "clone", flags)).toBe(kernel.SECCOMP_RET_ERRNO | 1);
		expect(answer([kernel.CAP_SYS_ADMIN], "clone", flags)).toBe(kernel.SECCOMP_RET_ALLOW);
	});
});

describe("readProfile", () => {
	const text = (args: string) =>
		`{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["getpid","no_such_call"],"action":"SCMP_ACT_ERRNO","args":[${args}]}]}`;

	test("reads all 64 bits of a value, leaves out unknown calls, and takes EPERM if no error is given", () => {
		const { rules } = readProfile(text('{"index":1,"value":18446744073709551615,"op":"SCMP_CMP_GE"}'));
		expect(rules).toEqual([
			{
				number: numberOf("getpid"),
				conditions: [{ index: 1, mask: 2n ** 64n - 1n, operator: ">=", value: 2n ** 64n - 1n }],
				action: { type: "errno", errno: 1 },
			},
		]);
	});

	test("refuses an operator and an action that it does not know, and a profile for other machines", () => {
		expect(() => readProfile(text('{"index":0,"value":1,"op":"SCMP_CMP_LIKE"}'))).toThrow("SCMP_CMP_LIKE");
		expect(() => readProfile('{"defaultAction":"SCMP_ACT_NOTIFY"}')).toThrow("SCMP_ACT_NOTIFY");
		expect(() => readProfile('{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_RISCV64"]}')).toThrow(
			"not for this machine",
		);
	});
});

test("calls of other architectures are refused", () => {
	const filter = programFor({ architecture: kernel.AUDIT_ARCH_X86_64, rules: [], otherwise: { type: "allow" } });
	const value = returned(filter, { architecture: kernel.AUDIT_ARCH_I386, number: 39 });
	expect((value - kernel.SECCOMP_RET_ERRNO).toString(16).padStart(4, "0")).toBe(REFUSED_ARCHITECTURE[0]);
	expect(returned(filter, { number: 39 })).toBe(kernel.SECCOMP_RET_ALLOW);
});
