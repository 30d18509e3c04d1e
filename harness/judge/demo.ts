import type { ViewName } from "../protocol/index.ts";

/** What a lesson's demo.ts says: the steps that an instructor shows in front of people. */
export interface Demo {
	title: string;
	/** How long it takes, told calmly. */
	minutes: number;
	/** The views that it is about, the first being shown first; for some of them the probe reads more. */
	views?: ViewName[];
	steps: DemoStep[];
}

/** One step: something is said, typed, and looked at. */
export interface DemoStep {
	/** What the audience is told before the command is typed: a sentence or two. */
	narration: string;
	/** Which of the two shells it is typed into: one on the host, or one in the container. */
	stage: "host" | "container";
	/** One command line for sh(1). A container's shell is entered by such a line, too. */
	command: string;
	/** Where in its output to look, and what it means. */
	look: string;
	/** What must be found in the output, as regular expressions: the demo's rehearsal checks it. */
	promises: string[];
	/** For the presenter's eyes only. */
	note?: string;
}

/** Gives a demo its type. */
export function defineDemo(demo: Demo): Demo {
	return demo;
}
