import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import { Failure } from "../../base/failure.ts";
import { readRegularFile, readThroughLinks } from "../../base/regular-file.ts";
import { findLesson } from "../../judge/lessons.ts";
import { harmless } from "../results/harmless.ts";
import { SCORINGS, type Scoring, VISIBILITIES } from "../results/result.ts";
import type { LateRule } from "../results/scoring.ts";
import { parseTimeMs, zoneOf } from "../submissions/times.ts";

/**
 * What a teacher decides about a class: lessons, points, scoring, deadline, late rule, roster, visibility. A file in
 * the class's folder has these decisions, and options of the command override them. If a single submission is graded, a
 * class file in its folder is not read: its owner could give themselves points.
 */

/** Name of the file in the class's folder. */
export const CLASS_FILE = "drydock.class.yaml";
const FILE_BYTES_MAX = 64 << 10;

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const points = v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000));
const time = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(parseTimeMs(text)), "not a time with a time zone, such as 2026-11-30T23:59:00+01:00"),
);
// YAML reads 02 and 10 as numbers: 2 and 10.
const lesson = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

const ClassFile = v.strictObject({
	lessons: v.optional(v.array(lesson)),
	/** Points by lesson. Every other lesson keeps the points of its check. */
	points: v.optional(v.record(v.string(), points)),
	scoring: v.optional(v.picklist(SCORINGS)),
	deadline: v.optional(time),
	late: v.optional(
		v.strictObject({
			percentPerDay: percent,
			percentMax: v.optional(percent, 100),
			graceMinutes: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100_000)), 0),
		}),
	),
	/** Path of a CSV file, relative to the class file's folder. */
	roster: v.optional(v.string()),
	visibility: v.optional(v.picklist(VISIBILITIES)),
	/** If a report is made before this time, its results are hidden. */
	visibleFrom: v.optional(time),
});

/** Options of `grade`. `class` is the class file's path. Each other option replaces an entry of the class file. */
export interface ClassOptions {
	class?: string;
	lesson?: string;
	points?: string;
	scoring?: string;
	deadline?: string;
	late?: string;
	roster?: string;
	visibility?: string;
	visibleFrom?: string;
}

/** The decisions about a class. */
export interface ClassRules {
	/** Ids of the lessons to grade; null: all of them. */
	lessons: string[] | null;
	/** Points by the lesson's id. */
	points: ReadonlyMap<string, number>;
	scoring: Scoring;
	/** In milliseconds since 1970; null if there is no deadline. */
	deadlineMs: number | null;
	/** The deadline's time zone. It also applies to times without a zone. Null if there is no deadline. */
	zone: string | null;
	/** Null: nothing is taken off for a late submission. */
	late: LateRule | null;
	/** Absolute path of the roster; null if there is none. */
	roster: string | null;
	visibility: (typeof VISIBILITIES)[number];
	/** Absolute paths of the class file and the roster: they are not submissions. */
	ownFiles: string[];
}

/**
 * Reads the class file, if there is one, and the options.
 * @param dir the class's folder; null if a single submission is graded
 * @throws {Failure} usage: the file cannot be read, or an entry or an option is wrong; the message names it
 */
export async function classRules(dir: string | null, options: ClassOptions, nowMs = Date.now()): Promise<ClassRules> {
	const { class: named } = options;
	const path = named ?? (dir === null ? null : join(dir, CLASS_FILE));
	const file = path === null ? null : await readClassFile(path, named !== undefined);
	const given = optionsGiven(options);
	const merged = { ...file, ...given };
	const isRosterInFile = file?.roster !== undefined && given.roster === undefined && path !== null;
	const roster =
		merged.roster === undefined
			? null
			: isRosterInFile
				? resolve(dirname(path), merged.roster)
				: resolve(merged.roster);
	const hiddenUntil = merged.visibleFrom === undefined ? null : parseTimeMs(merged.visibleFrom);
	return {
		lessons: merged.lessons ? await Promise.all(merged.lessons.map(idOf)) : null,
		points: new Map(
			await Promise.all(
				Object.entries(merged.points ?? {}).map(async ([wanted, many]) => [await idOf(wanted), many] as const),
			),
		),
		scoring: merged.scoring ?? "groups",
		deadlineMs: merged.deadline === undefined ? null : parseTimeMs(merged.deadline),
		zone: merged.deadline === undefined ? null : zoneOf(merged.deadline),
		late: merged.late ?? null,
		roster,
		visibility: hiddenUntil !== null && nowMs < hiddenUntil ? "hidden" : (merged.visibility ?? "visible"),
		ownFiles: [...(path === null ? [] : [resolve(path)]), ...(roster === null ? [] : [roster])],
	};
}

const idOf = async (wanted: string) => (await findLesson(wanted)).id;

type ClassFile = v.InferOutput<typeof ClassFile>;

async function readClassFile(path: string, mustExist: boolean): Promise<ClassFile | null> {
	// A class file that the user names may be a link. A link in the class's folder may have been handed in, so it is not
	// followed.
	const read = mustExist ? readThroughLinks : readRegularFile;
	const text = await read(path, FILE_BYTES_MAX).then(String, (error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT" && !mustExist) return null;
		throw new Failure("usage", `${path} cannot be read: ${error.code ?? error.message}`);
	});
	if (text === null) return null;
	let value: unknown;
	try {
		value = parse(text, { logLevel: "error" }) ?? {};
	} catch (cause) {
		throw wrongEntry(path, harmless((cause as Error).message, 300), cause);
	}
	return checked(value, path);
}

function checked(value: unknown, where: string): ClassFile {
	const parsed = v.safeParse(ClassFile, value, { abortEarly: true });
	if (parsed.success) return parsed.output;
	const [issue] = parsed.issues;
	const place = v.getDotPath(issue);
	throw wrongEntry(where, harmless(`${place === null ? "" : `${place}: `}${issue.message}`, 300));
}

function wrongEntry(where: string, why: string, cause?: unknown): Failure {
	const entries = Object.keys(ClassFile.entries).join(", ");
	return new Failure("usage", `${where}: ${why}`, `npx drydock help grade; entries of ${CLASS_FILE}: ${entries}`, {
		cause,
	});
}

// The options as entries of the file, so that both are checked by the same schema.
function optionsGiven(options: ClassOptions): ClassFile {
	const { lesson: lessons, points: given, late, scoring, deadline, roster, visibility, visibleFrom } = options;
	const list = (text: string) => text.split(",").map((part) => part.trim());
	const entries = {
		lessons: lessons === undefined ? undefined : list(lessons),
		points:
			given === undefined
				? undefined
				: Object.fromEntries(list(given).map((part) => [part.split("=")[0], Number(part.split("=")[1] ?? Number.NaN)])),
		late: late === undefined ? undefined : { percentPerDay: Number(late) },
		...{ scoring, deadline, roster, visibility, visibleFrom },
	};
	return checked(Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)), "the options");
}
