// Tries those npm packages that contain a program or a library for one kind of computer. npm may leave out such a
// package without a word, and drydock's folder may be moved to another computer, or to a file system on which nothing
// may be executed. Does not use zx, because that package may be missing itself. Prints which package is broken, and
// exits with 1.
const { spawnSync } = require("node:child_process");
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");

const TOOL_CHECKS = {
	esbuild: () => require("esbuild").transformSync(""),
	typescript: async () => {
		const home = dirname(require.resolve("typescript/package.json"));
		const { default: find } = await import(pathToFileURL(join(home, "lib/getExePath.js")).href);
		const { status, error, stderr } = spawnSync(find(), ["--version"], { encoding: "utf8" });
		if (error !== undefined) throw error;
		if (status !== 0) throw new Error(stderr);
	},
	// The virtual machine loads the compiled library of ffi-rs for Linux on x86-64 with glibc. npm installs this one only on
	// such a computer. All others get it with an image.
	"ffi-rs": () => {
		if (process.platform !== "linux" || process.arch !== "x64" || !isGlibc()) return;
		createRequireFrom("ffi-rs").resolve("@yuuang/ffi-rs-linux-x64-gnu");
	},
};

function createRequireFrom(name) {
	return require("node:module").createRequire(require.resolve(`${name}/package.json`));
}

function isGlibc() {
	return process.report.getReport().header.glibcVersionRuntime !== undefined;
}

async function checkTools() {
	for (const [name, checkTool] of Object.entries(TOOL_CHECKS)) {
		try {
			await checkTool();
		} catch (error) {
			console.log(`${name}: ${error.message.split("\n")[0]}`);
			process.exitCode = 1;
			return;
		}
	}
}

checkTools();
