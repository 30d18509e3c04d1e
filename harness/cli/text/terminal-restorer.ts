import { spawn } from "node:child_process";

// If the input ends without a line, the guarded process was killed. The script restores the terminal only if keys
// still send no signals in it (-isig). Otherwise a shell has the terminal again and has made its own settings.
const SCRIPT = `read -r _ || case $(stty -a <&3) in *-isig*) stty "$1" <&3; printf %s "$2" >&3 ;; esac`;

/**
 * Starts a small process that restores the terminal on standard input if this process is killed and cannot do so
 * itself.
 * @param saved the settings to restore, as arguments of stty(1), such as the output of `stty -g`
 * @param reset what to write to the terminal after its settings are restored
 * @returns a function that ends the small process; call it when the terminal is restored
 */
export function startTerminalRestorer(saved: string, reset = ""): () => void {
	// Without zx, because the small process must outlive this one. It has a session of its own, so that the terminal's
	// signals do not reach it. Its input ends without a line when no process holds the other end any more.
	const stdio = ["pipe", "ignore", "ignore", process.stdin.fd] as const;
	const restorer = spawn("sh", ["-c", SCRIPT, "sh", saved, reset], { stdio: [...stdio], detached: true });
	restorer.on("error", () => {});
	restorer.stdin?.on("error", () => {});
	restorer.unref();
	return () => restorer.stdin?.end("\n");
}
