/** What the console output of a lost machine's kernel says about the cause. */

/**
 * Lines that show the cause among pages of register contents: the kind of fault, where it happened, and its callers.
 */
const TELLING = [/\b(BUG|Oops|general protection fault|stack-protector|Kernel panic)\b/, /\+0x[0-9a-f]+\/0x[0-9a-f]+/];
const MOST_LINES = 20;
const OTHERWISE = 4;

/**
 * Whether an exception happened in the kernel's own code. This is a fault of the kernel or of the emulator: the guest's
 * kernel is locked down, so programs cannot cause it. See kernel_lockdown(7).
 */
export const failedByItself = (said: string): boolean => /\bOops: .*\[#\d+\]|Fatal exception/.test(said);

/** Whether the kernel has panicked. */
export const panicked = (said: string): boolean => said.includes("Kernel panic");

/** The lines that show why the kernel stopped; the last few lines if none does. */
export function lastWords(said: string): string[] {
	const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
	const telling = lines.filter((line) => TELLING.some((part) => part.test(line)));
	return telling.length > 0 ? telling.slice(0, MOST_LINES) : lines.slice(-OTHERWISE);
}
