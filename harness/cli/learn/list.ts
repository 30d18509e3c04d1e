import { Chalk } from "chalk";
import { EXIT } from "../../base/failure.ts";
import { statusMark } from "../../base/plain.ts";
import { shownPath } from "../../base/shown-path.ts";
import { lessons } from "../../judge/lessons.ts";
import { changedLessons, currentLesson, logbook } from "../../learner/course.ts";
import { recordOf } from "../../learner/logbook.ts";
import { FINISH_COMMAND } from "../../learner/next.ts";
import { afterLesson, isFinished, type Track, tracks } from "../../learner/tracks.ts";
import { learnersFile } from "../../learner/workspace.ts";
import { duration, outputStyle, printJson } from "../text/terminal.ts";

interface Row {
	id: string;
	title: string;
	passed: boolean;
	current: boolean;
	attempts: number;
	spentMs: number;
	/** Whether the lesson's check, skeleton or solution has changed since the learner passed it. */
	changed: boolean;
}

/** `drydock list`. @returns the exit code */
export async function list({ json }: { json?: boolean }): Promise<number> {
	const [all, book, current, changed] = await Promise.all([lessons(), logbook(), currentLesson(), changedLessons()]);
	const allTracks = await tracks();
	const rows = all.map(({ id, title }): Row => {
		const { passed, attempts, spentMs } = recordOf(book, { id });
		const progress = { attempts, spentMs, changed: changed.has(id) };
		return { id, title, passed: passed !== null, current: id === current.id, ...progress };
	});
	if (json) {
		const documents = allTracks.map((track) => ({
			...track,
			lessons: track.lessons.map(({ id }) => id),
			finished: isFinished(track, book),
		}));
		printJson({ schemaVersion: 1, lessons: rows, tracks: documents });
		return EXIT.passed;
	}
	const file = shownPath(await learnersFile(current));
	const isDone = recordOf(book, current).passed !== null;
	const goOn = [
		...(afterLesson(allTracks, book, current) === "finish" ? [`finish     ${FINISH_COMMAND}\n`] : []),
		...(isDone && rows.some(({ passed }) => !passed) ? ["go on      npx drydock next\n"] : []),
	].join("");
	process.stdout.write(
		`${table(rows, allTracks, (track) => isFinished(track, book))}\nread it    npx drydock read ${current.id}\nedit it    ${file}\ncheck it   npx drydock check ${current.id}; at every save: npx drydock\n${goOn}`,
	);
	return EXIT.passed;
}

function table(rows: readonly Row[], allTracks: readonly Track[], isDone: (track: Track) => boolean): string {
	const { color, plain } = outputStyle();
	const chalk = new Chalk({ level: color ? 1 : 0 });
	const ids = Math.max(...rows.map(({ id }) => id.length));
	const titles = Math.max(...rows.map(({ title }) => withoutNumber(title).length));
	const lines = rows.map(({ id, title, passed, current, attempts, spentMs, changed }) => {
		const marks = [current && "current", passed && "passed"] as const;
		const shown = marks.map((of) => (of ? statusMark(of, chalk, plain) : plain ? "" : " ")).join(plain ? " " : "");
		const name = withoutNumber(title).padEnd(titles);
		const tried = attempts === 0 ? "" : `${String(attempts).padStart(3)}×  ${duration(spentMs)}`;
		const note = changed
			? chalk.yellow(`   ${" ".repeat(ids)}  has changed since you passed it: check it again\n`)
			: "";
		const track = allTracks.find(({ lessons }) => lessons[0]?.id === id);
		const gap = track?.number === 1 ? "" : "\n";
		const heading =
			track === undefined
				? ""
				: `${gap}${chalk.bold(`Track ${track.number} · ${track.title}`)}${isDone(track) ? ", finished" : ""}\n`;
		return `${heading}${`${shown} ${id.padEnd(ids)}  ${name}${chalk.dim(tried)}`.trimEnd()}\n${note}`;
	});
	return lines.join("");
}

// Removes the number from a title, because the id beside the title begins with the number.
const withoutNumber = (title: string) => title.replace(/^\d\d · /, "");
