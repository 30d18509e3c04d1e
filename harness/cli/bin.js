#!/usr/bin/env node
// Plain JavaScript, as it must run, and say why it cannot, on any Node.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(
		`drydock needs Node 20.19 or newer; this is ${process.version}.\n  try: https://nodejs.org/en/download`,
	);
	process.exit(3);
}
try {
	// What nearly every command needs. Later, each import asks the hook's thread where things are, and waits.
	await Promise.all([import("commander"), import("chalk"), import("valibot")]);
	const { register, registerHooks } = await import("node:module");
	if (registerHooks !== undefined) (await import("tsx/esm/api")).register();
	else {
		// On an older Node, tsx works in a thread of its own; loading all of it into this one as well takes as long as
		// Node's start.
		register("tsx/esm", import.meta.url, { data: { tsconfig: false } });
		process.setSourceMapsEnabled(true);
	}
} catch {
	console.error("drydock's npm packages are not installed.\n  try: npm start");
	process.exit(3);
}
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
