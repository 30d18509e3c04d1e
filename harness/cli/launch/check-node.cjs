// Checks what must hold before Node can load a module of drydock's. It is CommonJS, in a syntax that even an old Node
// understands. Node's loader of ES modules refuses every module in a folder with a backslash in its name, with a stack
// trace and exit code 1.
const { dirname, sep } = require("node:path");

const kit = dirname(dirname(dirname(__dirname)));
if (sep === "/" && kit.includes("\\")) {
	console.error(`Node cannot load a module whose path has a backslash in it: ${kit}`);
	console.error("  try: rename that folder, or move drydock elsewhere");
	process.exit(3);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(
		`drydock needs Node 20.19 or newer; this is ${process.version}.\n  try: https://nodejs.org/en/download`,
	);
	process.exit(3);
}
