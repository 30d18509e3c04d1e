// An interpreter for every program of the machine, the agent's too: the module for it is not there, and cannot come.
// diagnosis: refused-call
// says: ENODEV
import { mount } from "#kernel";

export function isolate(_hostname: string): void {
	mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, null);
}
