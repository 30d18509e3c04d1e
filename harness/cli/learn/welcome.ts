import { shownPath } from "../../base/shown-path.ts";
import { lessons } from "../../judge/lessons.ts";
import { currentLesson, logbook, passedLessons } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { nextCommand } from "../../learner/next.ts";
import { learnersFile } from "../../learner/workspace.ts";

/** What `npm start` ends with: where the learner is, and the one command to type now. */
export async function welcome(): Promise<string> {
	const [all, book, passed, lesson] = await Promise.all([lessons(), logbook(), passedLessons(), currentLesson()]);
	return `
drydock is set up. You are here:

lesson   ${lesson.title}
file     ${shownPath(await learnersFile(lesson))}
next     ${nextCommand(lesson, recordOf(book, lesson), passed.size === all.length)}
`;
}
