import type { CallReport, LedgerCall } from "../protocol/index.ts";

/**
 * All that was recorded of one call of a run, in the order in which it happened: the system calls, and the functions of
 * node:fs that changed something. Empty if the run did not make the call.
 */
export function recordedCalls(report: CallReport | undefined): LedgerCall[] {
	const { ledger = [], writes = [] } = report ?? {};
	// `after` counts the system calls that came before the write.
	let next = 0;
	const merged: LedgerCall[] = [];
	for (let at = 0; at <= ledger.length; at++) {
		for (let write = writes[next]; write !== undefined && write.after <= at; write = writes[++next]) {
			const { after, ...call } = write;
			merged.push(call);
		}
		merged.push(...ledger.slice(at, at + 1));
	}
	return merged;
}
