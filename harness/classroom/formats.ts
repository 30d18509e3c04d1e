import type { ClassReport } from "./result.ts";

/** What other systems read. */
export interface Format {
	/** Whether one document holds a whole class, or one submission. */
	holds: "class" | "submission";
	/** The ending of its files' names. */
	ending: string;
	/** Whether a command that has written it has done what it was for: the system reads the verdicts from the file. */
	endsWithZero: boolean;
	/** Its libraries are loaded only now. @returns what writes it, of a report that holds what a document does */
	load(): Promise<(report: ClassReport) => string>;
}

export const FORMATS = {
	json: { holds: "class", ending: ".json", endsWithZero: false, load: async () => json },
	junit: {
		holds: "class",
		ending: ".xml",
		endsWithZero: false,
		load: async () => (await import("./formats/junit.ts")).junit,
	},
	tap: {
		holds: "class",
		ending: ".tap",
		endsWithZero: false,
		load: async () => (await import("./formats/tap.ts")).tap,
	},
	gradescope: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		load: async () => (await import("./formats/gradescope.ts")).gradescope,
	},
	classroom: {
		holds: "submission",
		ending: ".txt",
		endsWithZero: false,
		load: async () => (await import("./formats/classroom.ts")).classroom,
	},
	prairielearn: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		load: async () => (await import("./formats/prairielearn.ts")).prairielearn,
	},
	exercism: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		load: async () => (await import("./formats/exercism.ts")).exercism,
	},
} as const satisfies Record<string, Format>;

const json = (report: ClassReport) => `${JSON.stringify(report, null, "\t")}\n`;
