import { spawn } from "node:child_process";
import { once } from "node:events";
import { outputStyle } from "./terminal.ts";

// If less(1) is not installed, the shell exits with 127 and prints no error.
const LESS = "command -v less >/dev/null || exit 127; less";

/**
 * Shows a text with $PAGER or less(1). Writes it as it is if it fits on the screen, if standard input or output is no
 * terminal, if the terminal does not suit a pager, or if there is no pager: $PAGER is empty, `cat` or not installed.
 * Like git, asks `less` to pass on colours, and to exit if everything fits on the screen.
 */
export async function paged(text: string): Promise<void> {
	const pager = process.env["PAGER"] ?? LESS;
	if (needsNoPager(text) || pager === "" || pager === "cat" || !(await shownBy(pager, text)))
		process.stdout.write(text);
}

// Whether to write the text without a pager. A pager moves the cursor, which disturbs screen readers, and which some
// terminals cannot do.
function needsNoPager(text: string): boolean {
	if (!process.stdout.isTTY || !process.stdin.isTTY || outputStyle().plain || process.env["TERM"] === "dumb")
		return true;
	return text.split("\n").length < (process.stdout.rows ?? 24);
}

// $PAGER may have arguments, so a shell runs it. @returns false when there is no such program
async function shownBy(pager: string, text: string): Promise<boolean> {
	// Without zx: the pager needs the terminal, and a short command should not wait until zx is loaded.
	const child = spawn("sh", ["-c", pager], {
		stdio: ["pipe", "inherit", "inherit"],
		env: { LESS: "FRX", LESSCHARSET: "utf-8", ...process.env },
	});
	// Ctrl-C belongs to the pager, where it stops a search. If the user leaves the pager early, writing to it fails.
	const listeners = process.listeners("SIGINT");
	process.removeAllListeners("SIGINT").on("SIGINT", () => {});
	child.stdin?.on("error", () => {}).end(text);
	try {
		const [code] = (await once(child, "close")) as [number | null];
		return code !== 127;
	} finally {
		process.removeAllListeners("SIGINT");
		for (const listener of listeners) process.on("SIGINT", listener as () => void);
	}
}
