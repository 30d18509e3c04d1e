import { bytes, flagNames, int, syscall } from "./library.ts";

/** Install a filter program. See SECCOMP_SET_MODE_FILTER(2const). */
export const SECCOMP_SET_MODE_FILTER = 1;
/** With SECCOMP_SET_MODE_FILTER: log all actions of the filter but SECCOMP_RET_ALLOW. */
export const SECCOMP_FILTER_FLAG_LOG = 0x2;

/** What a filter returns. The lower 16 bits are data, such as the error number of SECCOMP_RET_ERRNO. See seccomp(2). */
export const SECCOMP_RET_KILL_PROCESS = 0x80000000;
/** End the thread that makes the call. */
export const SECCOMP_RET_KILL_THREAD = 0x00000000;
/** Send the thread SIGSYS instead of making the call. */
export const SECCOMP_RET_TRAP = 0x00030000;
/** Make the call fail with the error number in the lower 16 bits. */
export const SECCOMP_RET_ERRNO = 0x00050000;
/** Make the call, and log it. */
export const SECCOMP_RET_LOG = 0x7ffc0000;
/** Make the call. */
export const SECCOMP_RET_ALLOW = 0x7fff0000;

/** What a filter can read: the offsets of the fields of struct seccomp_data. See seccomp(2). */
export const SECCOMP_DATA_NR = 0;
/** The architecture whose numbers `nr` uses: an `AUDIT_ARCH_*` constant. */
export const SECCOMP_DATA_ARCH = 4;
/** The lower 32 bits of the argument `index`, 0 to 5. A filter reads 32 bits at a time. */
export const SECCOMP_DATA_ARG_LOW = (index: number): number => 16 + 8 * index;
/** The upper 32 bits of the argument `index`. */
export const SECCOMP_DATA_ARG_HIGH = (index: number): number => 20 + 8 * index;

/** 64-bit programs on x86-64; also x32, whose numbers have the bit {@link X32_SYSCALL_BIT}. */
export const AUDIT_ARCH_X86_64 = 0xc000003e;
/** 32-bit calls on x86-64, which any program can make with `int 0x80`. */
export const AUDIT_ARCH_I386 = 0x40000003;
/** 64-bit programs on arm64. */
export const AUDIT_ARCH_AARCH64 = 0xc00000b7;
/** This bit marks a call of the x32 interface. Its architecture is AUDIT_ARCH_X86_64. See seccomp(2). */
export const X32_SYSCALL_BIT = 0x40000000;

/** The parts of an instruction's code. See `include/uapi/linux/bpf_common.h` in the kernel's source. */
export const BPF_LD = 0x00;
export const BPF_ALU = 0x04;
export const BPF_JMP = 0x05;
export const BPF_RET = 0x06;
/** For BPF_LD: a word, 32 bits. */
export const BPF_W = 0x00;
/** For BPF_LD: at a fixed offset. */
export const BPF_ABS = 0x20;
/** For BPF_ALU: bitwise and. */
export const BPF_AND = 0x50;
/** For BPF_JMP: always. `k` is how many instructions to skip: 32 bits. */
export const BPF_JA = 0x00;
/** For BPF_JMP: if equal to `k`. */
export const BPF_JEQ = 0x10;
/** For BPF_JMP: if greater than `k`. */
export const BPF_JGT = 0x20;
/** For BPF_JMP: if greater than or equal to `k`. */
export const BPF_JGE = 0x30;
/** For BPF_JMP: if a bit of `k` is set. */
export const BPF_JSET = 0x40;
/** The operand is `k`. */
export const BPF_K = 0x00;

/** One instruction of a filter: the kernel's struct sock_filter. */
export interface SockFilter {
	/** What to do: `BPF_*` constants, combined with `|`. */
	code: number;
	/** How many instructions to skip if the condition is true, 0 to 255. */
	jt: number;
	/** How many to skip if it is false, 0 to 255. */
	jf: number;
	/** The operand, 32 bits. */
	k: number;
}

/** An instruction that is no conditional jump. */
export const BPF_STMT = (code: number, k: number): SockFilter => ({ code, jt: 0, jf: 0, k });

/**
 * A conditional jump.
 * @param jt how many of the following instructions to skip if the condition is true
 * @param jf the same if it is false
 */
export const BPF_JUMP = (code: number, k: number, jt: number, jf: number): SockFilter => ({ code, jt, jf, k });

/** A filter has at most this many instructions: BPF_MAXINSNS. */
export const BPF_MAXINSNS = 4096;

/**
 * Installs a filter: from now on, the kernel runs it before each system call of this thread and of its descendants. It
 * cannot be removed. If several filters are installed, all of them run, and the strictest answer counts.
 * @param operation SECCOMP_SET_MODE_FILTER
 * @param flags 0, or `SECCOMP_FILTER_FLAG_*` constants
 * @param filter the program. It must end with BPF_RET, whichever way it takes
 * @throws {RangeError} a number does not fit into its field. The kernel would see only the lower bits
 * @throws {SyscallError} EACCES neither CAP_SYS_ADMIN nor no_new_privs; EINVAL the program is not valid; ENOMEM it is too
 * long
 * @see seccomp(2)
 */
export function seccomp(operation: number, flags: number, filter: readonly SockFilter[]): void {
	const shown = {
		operation: operation === SECCOMP_SET_MODE_FILTER ? "SECCOMP_SET_MODE_FILTER" : String(operation),
		flags: flagNames(flags, { SECCOMP_FILTER_FLAG_LOG }),
		args: `/* ${filter.length} instructions */ ${filter.map(shownInstruction).join("; ")}`,
	};
	const structs = Buffer.alloc(8 * Math.max(filter.length, 1));
	for (const [index, { code, jt, jf, k }] of filter.entries()) {
		structs.writeUInt16LE(code, 8 * index);
		structs.writeUInt8(jt, 8 * index + 2);
		structs.writeUInt8(jf, 8 * index + 3);
		// Bit operators make negative numbers of those with the highest bit.
		structs.writeUInt32LE(k >>> 0, 8 * index + 4);
	}
	syscall("seccomp", shown, [int(operation), int(flags), bytes(structs), int(filter.length)]);
}

/** Shows an instruction as an assembler would: `jeq 0xc000003e 0 6`. */
export function shownInstruction({ code, jt, jf, k }: SockFilter): string {
	const value = `0x${(k >>> 0).toString(16)}`;
	const name = INSTRUCTIONS.get(code);
	if (name === undefined) return `0x${code.toString(16)} ${value} ${jt} ${jf}`;
	return name.startsWith("j") && name !== "ja" ? `${name} ${value} ${jt} ${jf}` : `${name} ${value}`;
}

const INSTRUCTIONS: ReadonlyMap<number, string> = new Map([
	[BPF_LD | BPF_W | BPF_ABS, "ld"],
	[BPF_ALU | BPF_AND | BPF_K, "and"],
	[BPF_RET | BPF_K, "ret"],
	[BPF_JMP | BPF_JA, "ja"],
	[BPF_JMP | BPF_JEQ | BPF_K, "jeq"],
	[BPF_JMP | BPF_JGT | BPF_K, "jgt"],
	[BPF_JMP | BPF_JGE | BPF_K, "jge"],
	[BPF_JMP | BPF_JSET | BPF_K, "jset"],
]);
