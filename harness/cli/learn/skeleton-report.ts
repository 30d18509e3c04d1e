import { Chalk } from "chalk";
import { shownPath } from "../../base/shown-path.ts";
import type { Verdict } from "../../judge/judge.ts";
import type { Lesson } from "../../judge/lessons.ts";
import { isUntouched } from "../../learner/workspace.ts";
import { outputStyle } from "../text/terminal.ts";

/**
 * The report on the learner's module while it is still the skeleton. The findings are what the lesson's text asks for,
 * so the report only says where to begin.
 * @returns null if the learner has changed the module, or the skeleton has another verdict than "fail"
 */
export async function skeletonReport(
	lesson: Lesson,
	{ verdict, file }: Pick<Verdict, "verdict" | "file">,
): Promise<string | null> {
	if (verdict !== "fail" || !(await isUntouched(lesson))) return null;
	const { color, plain } = outputStyle();
	const firstTodo = `TODO(${lesson.id.slice(0, 2)}.1)`;
	const heading = new Chalk({ level: color ? 1 : 0 }).red.bold(`${plain ? "" : "✗ "}${lesson.title} — not right yet`);
	return `${heading}

This is still the skeleton, so it does not count as an attempt. First do ${firstTodo}.
read it      npx drydock read ${lesson.id}
edit it      ${shownPath(file)}
full report  npx drydock check ${lesson.id} --skeleton
`;
}
