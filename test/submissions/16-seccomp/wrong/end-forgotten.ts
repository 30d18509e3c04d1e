// diagnosis: program-without-end
// Tried the first test alone.
import type { Profile } from "#box/seccomp";
import * as k from "#kernel";

export function installFilter({ architecture }: Profile): void {
	k.prctl(k.PR_SET_NO_NEW_PRIVS, 1);
	k.seccomp(k.SECCOMP_SET_MODE_FILTER, 0, [
		k.BPF_STMT(k.BPF_LD | k.BPF_W | k.BPF_ABS, k.SECCOMP_DATA_ARCH),
		k.BPF_JUMP(k.BPF_JMP | k.BPF_JEQ | k.BPF_K, architecture, 1, 0),
		k.BPF_STMT(k.BPF_RET | k.BPF_K, k.SECCOMP_RET_KILL_PROCESS),
		k.BPF_STMT(k.BPF_LD | k.BPF_W | k.BPF_ABS, k.SECCOMP_DATA_NR),
	]);
}
