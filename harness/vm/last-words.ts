/** What a guest's kernel has said on its console, when its machine was lost. */

/** What tells of a failure's cause, among pages of registers: the fault, where it was, and who had called. */
const TELLING = [/\b(BUG|Oops|general protection fault|stack-protector|Kernel panic)\b/, /\+0x[0-9a-f]+\/0x[0-9a-f]+/];
const MOST_LINES = 20;
const OTHERWISE = 4;

/**
 * Whether an exception befell the kernel's own code. That is its own fault, or the emulator's: programs have no way to
 * make it do so, as it is locked down (kernel_lockdown(7)).
 */
export const failedByItself = (said: string): boolean => /\bOops: .*\[#\d+\]|Fatal exception/.test(said);

/** Whether it has stopped with a panic. */
export const panicked = (said: string): boolean => said.includes("Kernel panic");

/** The lines that tell why it stopped; the last few, if none does. */
export function lastWords(said: string): string[] {
	const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
	const telling = lines.filter((line) => TELLING.some((part) => part.test(line)));
	return telling.length > 0 ? telling.slice(0, MOST_LINES) : lines.slice(-OTHERWISE);
}
