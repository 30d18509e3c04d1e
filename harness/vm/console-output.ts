/** What the console output of a lost machine's kernel says about the cause. */

/**
 * Lines that show the cause among pages of register contents: the kind of fault, where it happened, and its callers.
 */
const CAUSE_PATTERNS = [
	/\b(BUG|Oops|general protection fault|stack-protector|Kernel panic)\b/,
	/\+0x[0-9a-f]+\/0x[0-9a-f]+/,
];
const MAX_LINES = 20;
const LAST_LINES = 4;

/**
 * Whether an exception happened in the kernel's own code. This is a fault of the kernel or of the emulator: the guest's
 * kernel is locked down, so programs cannot cause it. See kernel_lockdown(7).
 */
export const showsKernelFault = (output: string): boolean => /\bOops: .*\[#\d+\]|Fatal exception/.test(output);

/** Whether the kernel has panicked. */
export const showsPanic = (output: string): boolean => output.includes("Kernel panic");

/** The lines that show why the kernel stopped; the last few lines if none does. */
export function linesAboutFailure(output: string): string[] {
	const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
	const telling = lines.filter((line) => CAUSE_PATTERNS.some((part) => part.test(line)));
	return telling.length > 0 ? telling.slice(0, MAX_LINES) : lines.slice(-LAST_LINES);
}
