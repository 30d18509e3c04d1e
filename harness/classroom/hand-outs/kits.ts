/** A hand-out that `drydock class kit` makes. Its own files are in the folder `kits/NAME`. */
export interface Kit {
	/** One line about it, for the list of hand-outs. */
	summary: string;
	/** Whether it contains everything, or only drydock's program, and fetches the rest where it is used. */
	carries: "everything" | "program";
	/** Ending of its file name if it is one packed file; otherwise it is a folder. */
	ending: ".zip" | "";
	/** What to do with it next. */
	next: string;
}

const FOLLOW = "follow its README.md";

/** All hand-outs, by the name of the system that they are for. */
export const KITS = {
	gradescope: {
		summary: "a zip file to upload as an autograder",
		carries: "everything",
		ending: ".zip",
		next: "upload it: Configure Autograder, on Gradescope's page of the assignment",
	},
	github: {
		summary: "a template repository, whose workflow grades a class on several runners",
		// GitHub refuses files of the size of an image.
		carries: "program",
		ending: "",
		next: FOLLOW,
	},
	prairielearn: {
		summary: "the image of an external grader, and a question",
		carries: "everything",
		ending: "",
		next: FOLLOW,
	},
	kubernetes: {
		summary: "an indexed Job, whose Pods grade a class, and a Job that merges the results",
		carries: "everything",
		ending: "",
		next: FOLLOW,
	},
	slurm: {
		summary: "a job array that grades a class, and a job that merges the results",
		carries: "everything",
		ending: "",
		next: FOLLOW,
	},
} as const satisfies Record<string, Kit>;

export type KitName = keyof typeof KITS;

export const KIT_NAMES = Object.keys(KITS) as KitName[];
