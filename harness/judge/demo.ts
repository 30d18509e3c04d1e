import type { ViewName } from "../protocol/index.ts";

/** What a lesson's demo.ts defines: steps that an instructor shows to an audience. */
export interface Demo {
	title: string;
	/** Duration in minutes, at a calm pace. */
	minutes: number;
	/** The views that the demo is about. The first one is shown first. Some views need additional readings. */
	views?: ViewName[];
	steps: DemoStep[];
}

/** One step: the narration, a command to type, and what to look at. */
export interface DemoStep {
	/** The introduction that the audience reads before the command is typed: one or two sentences. */
	narration: string;
	/** The shell that the command is typed into: the host's or the container's. */
	stage: "host" | "container";
	/**
	 * What is typed into the shell, bash(1) or one that an earlier step has started. The container's shell starts on the
	 * host, too: a step's command turns it into a container's.
	 */
	command: string;
	/** Where to look in the command's output, and what it means. */
	look: string;
	/** Regular expressions that must match the output. The demo's rehearsal tests them. */
	promises: string[];
	/** A note that only the presenter sees. */
	note?: string;
}

/** Gives a demo its type. */
export function defineDemo(demo: Demo): Demo {
	return demo;
}
