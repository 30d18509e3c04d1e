// Signals to every number that a process can have.
// diagnosis: exited-early command-never-ran
import { kill, SIGSTOP } from "#kernel";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	for (let pid = 2; pid < 32_768; pid++) if (pid !== process.pid) outcome(() => kill(pid, SIGSTOP));
	process.kill(process.ppid, "SIGKILL");
}
