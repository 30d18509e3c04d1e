import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const doctor: CommandSpec = {
	name: "doctor",
	summary: "say what this computer has, what it lacks, and how to get it",
	options: [["--probe", "boot a machine with this computer's accelerator, whatever came of it before"], JSON_OPTION],
	run: async (options) => (await import("../doctor/doctor.ts")).doctor(options),
};
