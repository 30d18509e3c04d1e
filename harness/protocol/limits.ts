/**
 * - `frameBytes`: the longest frame that the host accepts from a guest.
 * - `workBytes`: the longest frame that a guest accepts from the host.
 * - `runBytes`: the most that the host accepts from a guest in one run.
 * - `outputBytes`: the most that the guest passes on of a run's standard output, and of its standard error.
 * - `ledgerBytes`: the most that the agent reads of a ledger.
 * - `programChars`: the most that the agent keeps of a program's standard output if the step says `keepAll`.
 */
export const LIMITS = {
	frameBytes: 4 << 20,
	workBytes: 8 << 20,
	runBytes: 16 << 20,
	outputBytes: 64 << 10,
	ledgerBytes: 1 << 20,
	programChars: 1 << 20,
} as const;
