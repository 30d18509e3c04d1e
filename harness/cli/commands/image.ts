import { type CommandSpec, JSON_OPTION } from "../command.ts";

const build: CommandSpec = {
	name: "build",
	summary: "build the image and the snapshot if they do not exist",
	options: [["--fresh", "build them anew, with today's Debian packages"]],
	run: async (options) => (await import("../doctor/image.ts")).buildImage(options),
};

const info: CommandSpec = {
	name: "info",
	summary: "show what is in the image",
	options: [JSON_OPTION],
	run: async (options) => (await import("../doctor/image.ts")).imageInfo(options),
};

const exportImage: CommandSpec = {
	name: "export <file>",
	summary: "write the image to a file, for a computer without a network",
	run: async (file) => (await import("../doctor/image.ts")).exportTo(file),
};

const importImage: CommandSpec = {
	name: "import <file>",
	summary: "install an image from a file that drydock image export has written",
	run: async (file) => (await import("../doctor/image.ts")).importFrom(file),
};

export const image: CommandSpec = {
	name: "image",
	summary: "manage the virtual machine's image: build, info, export, import",
	commands: [build, info, exportImage, importImage],
};
