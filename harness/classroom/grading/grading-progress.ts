import { plainWanted } from "../../base/plain.ts";
import type { Progress } from "../../base/progress.ts";
import { isJudged, type Result } from "../results/result.ts";

const BAR_WIDTH = 20;

/**
 * Shows the progress of the grading: a bar if the terminal can redraw lines; otherwise a line after each tenth of the
 * results.
 * @param total number of results
 * @param say redraws the line about the work in progress
 * @param note prints a line that stays
 */
export function showGradingProgress(
	total: number,
	say: (detail: string) => void,
	note: Progress["note"],
): { onResult(result: Result): void } {
	let [done, passed, unjudged, tenths] = [0, 0, 0, 0];
	const redrawn = process.stderr.isTTY === true && !plainWanted();
	const showCounts = () => {
		const counts = `${done} of ${total}, ${passed} passed${unjudged === 0 ? "" : `, ${unjudged} not judged`}`;
		if (redrawn) say(`${bar(done / total)} ${counts}`);
		else if (Math.floor((done / total) * 10) > tenths) {
			tenths = Math.floor((done / total) * 10);
			note(counts);
		}
	};
	return {
		onResult: ({ status }) => {
			done += 1;
			if (status === "pass") passed += 1;
			if (!isJudged({ status })) unjudged += 1;
			showCounts();
		},
	};
}

function bar(part: number): string {
	const full = Math.floor(part * BAR_WIDTH);
	return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}
