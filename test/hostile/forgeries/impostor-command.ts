// A second process with the command's name and token, which does the exercise, while the command itself does not. Which
// fault is found first depends on which of the two the agent sees first.
// diagnosis: command-runs-twice uts-shared input-taken
import { CLONE_NEWIPC, CLONE_NEWUTS, execve, fork, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	const { map } = Array.prototype;
	// The command's arguments come this way just before it starts.
	Array.prototype.map = function (this: unknown[], ...given: Parameters<typeof map>) {
		const token = this.find((argument) => /^drydock-[0-9a-f]{8}$/.test(String(argument)));
		if (token === undefined) return map.apply(this, given);
		Array.prototype.map = map;
		if (fork() === 0) {
			unshare(CLONE_NEWUTS | CLONE_NEWIPC);
			sethostname(hostname);
			execve("/bin/sh", ["/bin/sh", "-c", "echo $0$0; read -r _; exit 0", String(token)]);
		}
		return map.apply(this, given);
	} as typeof map;
}
