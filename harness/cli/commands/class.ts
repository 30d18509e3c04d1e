import { KITS } from "../../classroom/hand-outs/kits.ts";
import { type CommandSpec, JSON_OPTION } from "../command.ts";

const NAMES = Object.entries(KITS).map(([name, { summary }]) => `  ${name.padEnd(13)} ${summary}`);

const kit: CommandSpec = {
	name: "kit <name>",
	summary: "make the files that another system needs to grade with drydock",
	options: [
		["--out <path>", "write to this file or folder, which must not exist"],
		["--lesson <lessons>", "let it grade only these lessons, such as 02,04"],
		JSON_OPTION,
	],
	help: ["Names:", ...NAMES].join("\n"),
	run: async (name, options) => (await import("../grade/kit.ts")).classKit(name, options),
};

export const classCommand: CommandSpec = {
	name: "class",
	summary: "prepare the grading of a class on other systems: kit",
	commands: [kit],
};
