import { constants } from "node:os";
import * as kernel from "#kernel";
import { ALL_BITS, type Condition, machineArchitecture, numberOf, type Profile, type Rule } from "./seccomp.ts";
import { SYSCALL_NUMBERS } from "./syscalls.ts";

/**
 * The profile of a container whose user asks for no other one. It follows what stock engines do: it lists what is
 * allowed, and refuses everything else with EPERM. So it also refuses calls that a later kernel adds.
 *
 * The list is all calls of {@link SYSCALL_NUMBERS}, without those below.
 */

interface Group {
	why: string;
	calls: string;
	/** A container that has this capability may make these calls. */
	unless?: number;
}

const REFUSED: readonly Group[] = [
	{
		why: "They make or change mounts, or move processes between namespaces. Their code in the kernel is large, and in a user namespace of its own, every user may use it.",
		calls:
			"mount umount2 move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr pivot_root setns unshare statmount listmount quotactl quotactl_fd",
		unless: kernel.CAP_SYS_ADMIN,
	},
	{ why: "They rename the host.", calls: "sethostname setdomainname", unless: kernel.CAP_SYS_ADMIN },
	{
		why: "They watch files or processes of others, or hand out parts of the kernel's memory.",
		calls: "bpf fanotify_init lookup_dcookie perf_event_open",
		unless: kernel.CAP_SYS_ADMIN,
	},
	{ why: "It changes the root directory.", calls: "chroot", unless: kernel.CAP_SYS_CHROOT },
	{
		why: "It opens a file without a path, so no mount and no root directory stands in the way.",
		calls: "open_by_handle_at",
		unless: kernel.CAP_DAC_READ_SEARCH,
	},
	{
		why: "They load code into the kernel.",
		calls: "init_module finit_module delete_module create_module get_kernel_syms query_module",
		unless: kernel.CAP_SYS_MODULE,
	},
	{
		why: "They end the kernel or start another one.",
		calls: "reboot kexec_load kexec_file_load",
		unless: kernel.CAP_SYS_BOOT,
	},
	{ why: "The clock belongs to all.", calls: "settimeofday clock_settime", unless: kernel.CAP_SYS_TIME },
	{ why: "They reach the computer's devices past the kernel.", calls: "iopl ioperm", unless: kernel.CAP_SYS_RAWIO },
	{
		why: "They read and write the memory of other processes.",
		calls: "kcmp process_vm_readv process_vm_writev",
		unless: kernel.CAP_SYS_PTRACE,
	},
	{
		why: "They say on which processors' memory a process of anybody has its pages.",
		calls: "get_mempolicy set_mempolicy set_mempolicy_home_node mbind migrate_pages move_pages",
		unless: kernel.CAP_SYS_NICE,
	},
	{ why: "The log of all processes.", calls: "acct", unless: kernel.CAP_SYS_PACCT },
	{ why: "The kernel's own log.", calls: "syslog", unless: kernel.CAP_SYSLOG },
	{ why: "It hangs up a terminal.", calls: "vhangup", unless: kernel.CAP_SYS_TTY_CONFIG },
	{ why: "The kernel's keys belong to users, and no namespace divides them.", calls: "add_key keyctl request_key" },
	{ why: "Swap belongs to the host.", calls: "swapon swapoff" },
	{
		why: "Their code is large, young, or has had more than its share of mistakes.",
		calls: "io_uring_setup io_uring_enter io_uring_register userfaultfd",
	},
	{
		why: "Hardly any program needs them any more.",
		calls:
			"nfsservctl sysfs _sysctl uselib ustat vserver getpmsg putpmsg afs_syscall tuxcall security modify_ldt uretprobe",
	},
];

/** Every CLONE_NEW* flag that clone(2) takes. */
const NEW_NAMESPACES =
	kernel.CLONE_NEWNS |
	kernel.CLONE_NEWCGROUP |
	kernel.CLONE_NEWUTS |
	kernel.CLONE_NEWIPC |
	kernel.CLONE_NEWUSER |
	kernel.CLONE_NEWPID |
	kernel.CLONE_NEWNET;

/** Values of personality(2): the usual one, 32-bit addresses, an old version number, both; and "which one is it?". */
const PERSONALITIES = [0n, 0x8n, 0x20000n, 0x20008n, 0xffffffffn];

/** Virtual machines talk to their host in this family. A container in one would talk to a host that it does not know. */
const AF_VSOCK = 40n;

/** @param capabilities the container's: some of them allow more calls */
export function defaultProfile(capabilities: readonly number[]): Profile {
	const has = ({ unless }: Group) => unless !== undefined && capabilities.includes(unless);
	const refused = new Set(REFUSED.filter((group) => !has(group)).flatMap(({ calls }) => calls.split(" ")));
	const isAdmin = capabilities.includes(kernel.CAP_SYS_ADMIN);
	// The first rule that fits decides, so those with conditions come before the list.
	const special: Rule[] = [
		...(isAdmin ? [] : [...withoutNamespaces(), ...refusal("clone3", constants.errno.ENOSYS)]),
		...PERSONALITIES.flatMap((value) => allowed("personality", [{ index: 0, mask: ALL_BITS, operator: "==", value }])),
		...allowed("socket", [{ index: 0, mask: ALL_BITS, operator: "!=", value: AF_VSOCK }]),
	];
	const done = new Set(special.map(({ number }) => number));
	const list = Object.keys(SYSCALL_NUMBERS).filter((name) => !refused.has(name));
	return {
		architecture: machineArchitecture(),
		rules: [...special, ...list.flatMap((name) => allowed(name)).filter(({ number }) => !done.has(number))],
		otherwise: { type: "errno", errno: constants.errno.EPERM },
	};
}

const allowed = (name: string, conditions: Condition[] = []): Rule[] => {
	const number = numberOf(name);
	return number === undefined ? [] : [{ number, conditions, action: { type: "allow" } }];
};

const refusal = (name: string, errno: number): Rule[] =>
	allowed(name).map((rule) => ({ ...rule, action: { type: "errno", errno } }));

// clone3 has its flags in memory, where a filter cannot read them. After ENOSYS, C libraries call clone instead, which
// has them in an argument.
const withoutNamespaces = () =>
	allowed("clone", [{ index: 0, mask: BigInt(NEW_NAMESPACES >>> 0), operator: "==", value: 0n }]);
