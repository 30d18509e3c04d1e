import wrapAnsi from "wrap-ansi";
import { exists } from "../../base/cache.ts";
import { EXIT } from "../../base/failure.ts";
import { shownPath } from "../../base/shown-path.ts";
import { lessons } from "../../judge/lessons.ts";
import { changedLessons, currentLesson, logbook, passedLessons } from "../../learner/course.ts";
import { type LessonRecord, recordOf } from "../../learner/logbook.ts";
import { nextCommand } from "../../learner/next.ts";
import { afterLesson, isFinished, trackOf, tracks } from "../../learner/tracks.ts";
import { drawWalls, PICTURE_COLUMNS, type WallStates, wallsInWords } from "../../learner/walls.ts";
import { learnersFile } from "../../learner/workspace.ts";
import { duration, outputStyle, printJson } from "../text/terminal.ts";

const LABEL_WIDTH = 9;

/** `drydock status`. @returns the exit code */
export async function status({ json }: { json?: boolean }): Promise<number> {
	const [all, book, passed, changed] = await Promise.all([lessons(), logbook(), passedLessons(), changedLessons()]);
	const [lesson, allTracks] = await Promise.all([currentLesson(), tracks()]);
	const track = trackOf(allTracks, lesson);
	const file = await learnersFile(lesson);
	const record = recordOf(book, lesson);
	const next = (await exists(file))
		? nextCommand(lesson, record, afterLesson(allTracks, book, lesson))
		: "npx drydock init";
	if (json) {
		const { attempts, spentMs, hintsShown, lastAttempt } = record;
		printJson({
			schemaVersion: 1,
			lesson: { ...lesson, file, passed: record.passed !== null, attempts, spentMs, hintsShown, lastAttempt },
			passed: all.flatMap(({ id }) => (passed.has(id) ? id : [])),
			changed: [...changed],
			lessons: all.length,
			track:
				track === undefined ? null : { number: track.number, title: track.title, finished: isFinished(track, book) },
			next,
		});
		return EXIT.passed;
	}
	const { width, plain } = outputStyle();
	const built = new Set([...passed].map(lessonNumber));
	const stateOf: WallStates = (wall) =>
		built.has(wall) ? "built" : wall === lessonNumber(lesson.id) ? "current" : "to come";
	const isDrawn = !plain && width >= PICTURE_COLUMNS;
	if (isDrawn) process.stdout.write(`${drawWalls(stateOf).join("\n")}\n\n`);
	const lines = [
		...(track === undefined
			? []
			: [`track    ${track.number} · ${track.title}${isFinished(track, book) ? ", finished" : ""}`]),
		`lesson   ${lesson.title}`,
		`file     ${shownPath(file)}`,
		`so far   ${passed.size} of ${all.length} lessons passed`,
		...(isDrawn ? [] : [`walls    ${wallsInWords(stateOf)}`]),
		...attemptLines(record),
		...[...changed].map((id) => `changed  ${id}, since you passed it: npx drydock check ${id}`),
		`next     ${next}`,
	];
	for (const line of lines) {
		const [label, text] = [line.slice(0, LABEL_WIDTH), line.slice(LABEL_WIDTH)];
		const wrapped = wrapAnsi(text, width - LABEL_WIDTH).replaceAll("\n", `\n${" ".repeat(LABEL_WIDTH)}`);
		process.stdout.write(`${label}${wrapped}\n`);
	}
	return EXIT.passed;
}

const lessonNumber = (id: string) => id.slice(0, 2);

function attemptLines({ attempts, spentMs, hintsShown, lastAttempt }: LessonRecord): string[] {
	if (lastAttempt === null) return [];
	const times = attempts === 1 ? "once" : `${attempts} times`;
	const hints = hintsShown === 0 ? "" : `, ${hintsShown} ${hintsShown === 1 ? "hint" : "hints"}`;
	const [first] = lastAttempt.findings;
	return [
		`tried    ${times}, ${duration(spentMs)}${hints}`,
		`last     ${first === undefined ? "passed" : `not right yet: ${first.what}`}`,
	];
}
