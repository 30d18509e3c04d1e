import { spawn } from "node:child_process";
import { once } from "node:events";
import { style } from "./terminal.ts";

// Not everybody has it, and who has not need not hear of it.
const LESS = "command -v less >/dev/null || exit 127; less";

/**
 * Shows a long text a screen at a time, with $PAGER or less(1), where a person sits at a terminal; elsewhere it is
 * written as it is. As git does, `less` is asked to leave colours alone and to end by itself when all fits the screen.
 */
export async function paged(text: string): Promise<void> {
	const pager = process.env["PAGER"] ?? LESS;
	if (fits(text) || pager === "" || pager === "cat" || !(await shownBy(pager, text))) process.stdout.write(text);
}

// A pager moves the cursor, which a screen reader, or a terminal that cannot, is to be spared.
function fits(text: string): boolean {
	if (!process.stdout.isTTY || !process.stdin.isTTY || style().plain || process.env["TERM"] === "dumb") return true;
	return text.split("\n").length < (process.stdout.rows ?? 24);
}

// $PAGER may have arguments of its own, so a shell reads it. @returns false when there is no such program
async function shownBy(pager: string, text: string): Promise<boolean> {
	// Not by zx: the pager has the terminal, and a short command does not wait until zx is loaded.
	const child = spawn("sh", ["-c", pager], {
		stdio: ["pipe", "inherit", "inherit"],
		env: { LESS: "FRX", LESSCHARSET: "utf-8", ...process.env },
	});
	// Ctrl-C is the pager's: it stops a search. Whoever leaves early does not read the rest.
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
