#!/usr/bin/env node
// Plain JavaScript, as it must run, and say why it cannot, on any Node.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(
		`drydock needs Node 20.19 or newer; this is ${process.version}.\n  try: https://nodejs.org/en/download`,
	);
	process.exit(3);
}
process.setSourceMapsEnabled(true);
const { main } = await program();
process.exitCode = await main(process.argv.slice(2));

async function program() {
	const { compiledMain } = await import("./compiled.js");
	const compiled = await compiledMain().catch(() => undefined);
	if (compiled !== undefined) return import(compiled);
	// Somebody else's kit, or a module that cannot be compiled: compiling one at a time works, or says what is wrong.
	const tsx = await import("tsx/esm/api").catch(() => {
		console.error("drydock's npm packages are not installed.\n  try: npm start");
		process.exit(3);
	});
	tsx.register();
	return import("./main.ts");
}
