import type { ClassReport } from "../results/result.ts";

/** A format of the report, for another system or for the owner of a submission. */
export interface Format {
	/** Whether one document holds a whole class, or one submission. */
	holds: "class" | "submission";
	/** File name ending, such as `.json`. */
	ending: string;
	/** Whether the command exits with 0 whatever the verdicts are: the system reads them from the file. */
	endsWithZero: boolean;
	/** Whether the document says who may see the results. */
	hasVisibility: boolean;
	/**
	 * Loads the format's libraries, which other commands do not need.
	 * @returns a function that makes a document of a report; if `holds` is "submission", the report must have exactly
	 * one submission
	 */
	load(): Promise<(report: ClassReport) => string>;
}

export const FORMATS = {
	json: { holds: "class", ending: ".json", endsWithZero: false, hasVisibility: true, load: async () => json },
	junit: {
		holds: "class",
		ending: ".xml",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./junit.ts")).junit,
	},
	tap: {
		holds: "class",
		ending: ".tap",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./tap.ts")).tap,
	},
	csv: {
		holds: "class",
		ending: ".csv",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./csv.ts")).csv,
	},
	html: {
		holds: "submission",
		ending: ".html",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./feedback.ts")).html,
	},
	text: {
		holds: "submission",
		ending: ".txt",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./feedback.ts")).text,
	},
	gradescope: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		hasVisibility: true,
		load: async () => (await import("./gradescope.ts")).gradescope,
	},
	classroom: {
		holds: "submission",
		ending: ".txt",
		endsWithZero: false,
		hasVisibility: false,
		load: async () => (await import("./classroom.ts")).classroom,
	},
	prairielearn: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		hasVisibility: false,
		load: async () => (await import("./prairielearn.ts")).prairielearn,
	},
	exercism: {
		holds: "submission",
		ending: ".json",
		endsWithZero: true,
		hasVisibility: false,
		load: async () => (await import("./exercism.ts")).exercism,
	},
} as const satisfies Record<string, Format>;

const json = (report: ClassReport) => `${JSON.stringify(report, null, "\t")}\n`;
