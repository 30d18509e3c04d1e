import type { Answer, AnswersPicture } from "../views/answers.ts";
import { SHELL_NAMES, shellTitle } from "../views/phrases.ts";
import { type Box, type Drawing, EM } from "./shapes.ts";
import type { Sheet } from "./sheet.ts";

/** The room between the two answers. */
const BETWEEN = 26;
/** The room between the left or right edge of a card and its text. */
const MARGIN = 8;
const ROW_GAP = 10;
/** On a sheet that is narrower than this, a question is above its answers, and not beside them. */
const WIDE = 560;

/**
 * The kernel's answers to each question: one bar for both shells if the answers are the same, or if one shell has none;
 * otherwise two cards, with ≠ between them.
 */
export function drawAnswers({ processes, answers, latestChange, changedFirst }: AnswersPicture, sheet: Sheet): Drawing {
	const wide = sheet.width >= WIDE;
	const left = wide ? 120 : 0;
	const width = (sheet.width - left - BETWEEN) / 2;
	const places = { host: left, container: left + width + BETWEEN };
	const heads = SHELL_NAMES.map((name) => {
		const title = sheet.paragraph(`head.${name}`, [places[name], 0], shellTitle(name), width, {
			bold: true,
			look: name,
		});
		const process = { size: 0.85, look: "muted" };
		return sheet.paragraph(`head.${name}.process`, [places[name], title.height], processes[name], width, process);
	});
	let y = Math.max(0, ...heads.map((box) => box.y + box.height)) + ROW_GAP;
	for (const answer of answers) {
		const question = sheet.flow(
			`${answer.question}.question`,
			[0, wide ? y + 3 : y],
			[
				{ text: answer.question, bold: true },
				{ text: answer.command, code: true, size: 0.85, look: "muted" },
			],
			wide ? left - 10 : sheet.width,
		);
		const top = wide ? y : y + question.height + 2;
		const height = answer.differs
			? different(sheet, answer, places, width, top)
			: same(sheet, answer, { x: left, y: top, width: sheet.width - left, height: 0 });
		y = Math.max(top + height, question.y + question.height) + ROW_GAP;
		if (answer.question !== changedFirst?.question) continue;
		const pointsAt = places[changedFirst.shell] + width / 2;
		y += sheet.callout(latestChange, { x: 0, y: y - 7, width: sheet.width }, pointsAt).height + ROW_GAP + 4;
	}
	return sheet.finish();
}

/** Draws one bar for both shells, and returns its height. */
function same(sheet: Sheet, { question, host, container, changed }: Answer, { x, y, width }: Box): number {
	const text = host === container ? host : `${host} | ${container}`;
	const card = sheet.behind(`${question}.same`, `card shared${changed.length > 0 ? " is-changed" : ""}`, () => {
		const room = width - 2 * MARGIN;
		const words = sheet.paragraph(`${question}.same`, [x + MARGIN, y + 4], text, room, { look: "muted" });
		return { x, y, width, height: words.height + 8 };
	});
	return card.height;
}

/** Draws a card for each shell, and returns their height. */
function different(
	sheet: Sheet,
	answer: Answer,
	places: Record<"host" | "container", number>,
	width: number,
	y: number,
): number {
	const { question, changed } = answer;
	const words = SHELL_NAMES.map((name) => {
		const isChanged = changed.includes(name);
		const style = { bold: true, look: isChanged ? "changed" : "" };
		return {
			name,
			isChanged,
			box: sheet.paragraph(
				`${question}.${name}`,
				[places[name] + MARGIN, y + 4],
				answer[name],
				width - 2 * MARGIN,
				style,
			),
		};
	});
	const height = Math.max(...words.map(({ box }) => box.height)) + 8;
	for (const { name, isChanged } of words)
		sheet.rectangleBehind(
			`${question}.${name}`,
			{ x: places[name], y, width, height },
			`card ${name}${isChanged ? " is-changed" : ""}`,
		);
	const sign = { size: 1.3, bold: true };
	const x = places.container - BETWEEN / 2 - sheet.widthOf("≠", sign) / 2;
	sheet.text(`${question}.differs`, [x, y + height / 2 - EM * 0.85], "≠", sign);
	return height;
}
