import { spawn } from "node:child_process";

// The last one to act: a shell that has the terminal again by then has made its own settings, in which keys still send
// signals.
const SCRIPT = `read -r _ || case $(stty -a <&3) in *-isig*) stty "$1" <&3; printf %s "$2" >&3 ;; esac`;

/**
 * Has a small process wait beside this one, which puts the terminal on standard input right again if this one is killed
 * and cannot do so itself.
 * @param saved the terminal's settings, as `stty -g` says them
 * @param reset what to write to the terminal then
 * @returns lets it go: the terminal is as it was
 */
export function guardTerminal(saved: string, reset = ""): () => void {
	// Not by zx: it outlives this process.
	// In a session of its own: what the terminal sends to this process is not for it. It hears an end without a word when
	// nobody holds the other end of its input any more.
	const stdio = ["pipe", "ignore", "ignore", process.stdin.fd] as const;
	const guardian = spawn("sh", ["-c", SCRIPT, "sh", saved, reset], { stdio: [...stdio], detached: true });
	guardian.on("error", () => {});
	guardian.stdin?.on("error", () => {});
	guardian.unref();
	return () => guardian.stdin?.end("\n");
}
