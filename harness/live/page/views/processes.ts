import { drawProcesses } from "../../drawings/processes.ts";
import { processesOf } from "../../views/processes.ts";
import { processesInWords } from "../../views/processes-in-words.ts";
import type { Painter } from "./painter.ts";

/** The tree of processes, nested in their PID namespaces, with their pids inside and outside. */
export const processes: Painter = {
	name: "processes",
	title: "Processes",
	paint(past) {
		const picture = processesOf(past);
		return {
			latestChange: picture.latestChange,
			inWords: processesInWords(picture).join("\n"),
			draw: (sheet) => drawProcesses(picture, sheet),
		};
	},
};
