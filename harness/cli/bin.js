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
	const { register } = await import("tsx/esm/api");
	// What nearly every command needs. Later, each import asks the hook's thread where things are, and waits.
	await Promise.all([import("commander"), import("chalk"), import("valibot")]);
	register();
} catch {
	console.error("drydock's npm packages are not installed.\n  try: npm start");
	process.exit(3);
}
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
