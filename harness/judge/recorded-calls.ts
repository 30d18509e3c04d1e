import type { CallReport, LedgerCall } from "../protocol/index.ts";

/** All that was recorded of a call, in the order in which it happened: its system calls, and its writes of files. */
export function recordedCalls(report: CallReport | undefined): LedgerCall[] {
	const { ledger = [], writes = [] } = report ?? {};
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
