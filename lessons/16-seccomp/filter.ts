import type { Profile } from "#box/seccomp";

/**
 * Installs a filter for the system calls of this process. The engine calls this function in the process that is about
 * to become the command, after all other steps. So the filter also holds for the command.
 * @param profile what the filter allows and refuses, with numbers for this machine's architecture
 */
export function installFilter(_profile: Profile): void {
	// TODO(16.1) set no_new_privs, and install a filter that allows everything
	// TODO(16.2) refuse calls of other architectures and of x32
	// TODO(16.3) return the action of the first rule with the call's number; if there is none, profile.otherwise
	// TODO(16.4) compare the arguments: all 64 bits, all conditions of a rule
}
