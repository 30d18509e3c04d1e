// Asks for SIGKILL should the process above end; the mask is made in two steps.
import { PR_SET_PDEATHSIG, prctl, SIG_BLOCK, SIGKILL, SIGTERM, sigprocmask } from "#kernel";
import { enter, mountProc, SIGNALS } from "../../support/pid1.ts";

export function enterPidNamespace(): void {
	sigprocmask(SIG_BLOCK, [SIGTERM]);
	sigprocmask(
		SIG_BLOCK,
		SIGNALS.filter((signo) => signo !== SIGTERM),
	);
	enter({
		prepare() {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			mountProc();
		},
		arrive: () => prctl(PR_SET_PDEATHSIG, SIGKILL),
	});
}
