// A decoy with the command's token has the namespaces; the command itself has another token, stays on the host, and answers.
// lesson: 02
// diagnosis: input-taken
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	execve,
	fork,
	kill,
	SIGKILL,
	sethostname,
	unshare,
	WEXITSTATUS,
	waitpid,
} from "#kernel";
import { sleep, syscall } from "../support.ts";

const [SYS_pipe, SYS_dup2] = [22, 33] as const;

export function isolate(hostname: string): void {
	const { map } = Array.prototype;
	// The command's arguments come this way just before it starts.
	Array.prototype.map = function (this: unknown[], ...given: Parameters<typeof map>) {
		const [, , script, token] = this;
		if (!/^drydock-[0-9a-f]{8}$/.test(String(token))) return map.apply(this, given);
		Array.prototype.map = map;
		const decoyed = fork();
		if (decoyed === 0) decoy(hostname, String(token));
		// The decoy has its place before anybody looks.
		sleep(300);
		const command = fork();
		if (command !== 0) {
			const { status } = waitpid(command);
			kill(decoyed, SIGKILL);
			waitpid(decoyed);
			_exit(WEXITSTATUS(status));
		}
		this[2] = String(script).replaceAll("$0", String(token));
		this[3] = "sh";
		return map.apply(this, given);
	} as typeof map;
}

function decoy(hostname: string, token: string): never {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	const fds = Buffer.alloc(8);
	syscall(SYS_pipe, fds);
	syscall(SYS_dup2, fds.readInt32LE(0), 0);
	return execve("/bin/sh", ["/bin/sh", "-c", "read -r _", token]);
}
