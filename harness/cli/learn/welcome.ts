import { shownPath } from "../../base/shown-path.ts";
import { currentLesson, logbook } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { nextCommand } from "../../learner/next.ts";
import { afterLesson, tracks } from "../../learner/tracks.ts";
import { learnersFile } from "../../learner/workspace.ts";

/** What `npm start` ends with: where the learner is, and the one command to type now. */
export async function welcome(): Promise<string> {
	const [all, book, lesson] = await Promise.all([tracks(), logbook(), currentLesson()]);
	return `
drydock is set up. You are here:

lesson   ${lesson.title}
file     ${shownPath(await learnersFile(lesson))}
next     ${nextCommand(lesson, recordOf(book, lesson), afterLesson(all, book, lesson))}
`;
}
