import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const doctor: CommandSpec = {
	name: "doctor",
	summary: "show what this computer has, what it lacks, and how to get it",
	options: [
		["--probe", "boot a machine with this computer's accelerator, even if an earlier boot failed"],
		JSON_OPTION,
	],
	run: async (options) => (await import("../doctor/doctor.ts")).doctor(options),
};
