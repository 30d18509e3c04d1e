import { localTime } from "./times.ts";

/** File names that learning platforms give to submitted files. They name the owner, and some also the time. */

/** What a name says. */
export interface PlatformName {
	/** The owner's name, with the number that makes it unique, if the platform gives one. */
	owner: string;
	/** The file's own name; empty for a folder, and for a note that the platform has written. */
	file: string;
	/** Whether the platform calls the submission late; null if the name does not say. */
	isLate: boolean | null;
	/**
	 * When the file was handed in, as text that sorts by time, such as `2026-11-30T17:05:00`; empty if the name does not
	 * say. A time that drydock cannot read stays as the platform writes it.
	 */
	submittedAt: string;
}

type Read = (groups: Record<string, string>) => PlatformName;

const PLATFORMS: readonly (readonly [RegExp, Read])[] = [
	// Moodle: Jane Doe_12345_assignsubmission_file_isolate.ts, and the same as a folder.
	[
		/^(?<name>.+)_(?<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?<file>.*)$/,
		({ name = "", id = "", file = "" }) => ({ owner: `${name}_${id}`, file, isLate: null, submittedAt: "" }),
	],
	// Blackboard: Homework 2_jdoe_attempt_2026-11-30-17-05-00_isolate.ts
	[
		/^.+_(?<name>[^_]+)_attempt_(?<submittedAt>\d{4}(?:-\d\d){5})(?:_(?<file>.+)|\.txt)$/,
		({ name = "", submittedAt = "", file = "" }) => ({
			...{ owner: name, file, isLate: null },
			submittedAt: submittedAt.replace(/-(..)-(..)-(..)$/, "T$1:$2:$3"),
		}),
	],
	// Canvas: doejane_LATE_12345_67890_isolate.ts
	[
		/^(?<name>[^_]+)_(?<late>LATE_)?(?<id>\d+)_\d+_(?<file>.+)$/,
		({ name = "", late, id = "", file = "" }) => ({
			...{ owner: `${name}_${id}`, file, isLate: late !== undefined, submittedAt: "" },
		}),
	],
	// Brightspace: 12345-67890 - Jane Doe - Nov 30, 2026 505 PM - isolate.ts
	[
		/^(?<id>\d+)-\d+ - (?<name>.+?) - (?<submittedAt>\w+ \d{1,2}, \d{4} \d{3,4} [AP]M)(?: - (?<file>.+))?$/,
		({ id = "", name = "", file = "", submittedAt = "" }) => ({
			...{ owner: `${name}_${id}`, file, isLate: null, submittedAt: localTime(submittedAt) ?? submittedAt },
		}),
	],
];

/** Reads a name that a learning platform has made; null if it is another name. */
export function parsePlatformName(name: string): PlatformName | null {
	for (const [pattern, read] of PLATFORMS) {
		const groups = pattern.exec(name)?.groups;
		if (groups !== undefined) return read(groups);
	}
	return null;
}
