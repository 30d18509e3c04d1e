#!/usr/bin/env node
// Plain JavaScript: it must run, and say what is missing, before any package is there.
import "./launch/check-node.cjs";
import "./launch/follow-npm.cjs";

process.setSourceMapsEnabled(true);
// Catches errors that nothing awaits, such as a compiler that cannot be started.
process.on("uncaughtException", notLoaded);
const { main } = await program().catch(notLoaded);
process.off("uncaughtException", notLoaded);
process.exitCode = await main(process.argv.slice(2));

async function program() {
	const { compiledMain } = await import("./launch/compiled.js");
	const compiled = await compiledMain().catch(() => undefined);
	if (compiled !== undefined) return import(compiled);
	// The modules cannot be compiled together: the kit belongs to another user, or a module is wrong. tsx compiles one
	// module at a time, which works, or says what is wrong.
	const tsx = await import("tsx/esm/api");
	// Otherwise tsx looks for a tsconfig.json in the folder that the command is called from, and imports what its
	// "paths" name.
	tsx.register({ tsconfig: false });
	return import("./main.ts");
}

function notLoaded(error) {
	const isMissing = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(error?.code);
	const what = isMissing ? "drydock's npm packages are not installed, or not all of them" : "drydock cannot be loaded";
	const next = error?.code === "EMFILE" ? "ulimit -n 1024, then the same command" : "npm start, in drydock's folder";
	console.error(`${what}\n${error?.message ?? error}\n  try: ${next}`);
	process.exit(3);
}
