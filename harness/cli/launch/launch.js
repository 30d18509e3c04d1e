// Installs the npm packages, if need be, and then runs the command. Plain JavaScript without packages, as there may be none
// yet.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const kit = fileURLToPath(new URL("../../../", import.meta.url));
const stamp = join(kit, "node_modules/.drydock");
// Whatever NODE_ENV or the user's npmrc leaves out: the compilers are optional packages, and the tests are development's.
const INSTALL = ["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
const NODE = process.versions.node.split(".")[0];
/** How often to look whether the parent is still there. */
const LOOK_MS = 200;
const wanted = createHash("sha256")
	.update(readFileSync(join(kit, "package-lock.json")))
	.update(JSON.stringify([process.platform, process.arch, NODE, INSTALL]))
	.digest("hex");

const isStamped = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
const broken = isStamped || !isWritable(kit) ? brokenTool() : undefined;
if (broken !== undefined && isForbidden(broken)) refuse(broken);
if (broken !== undefined || (!isStamped && isWritable(kit))) await install();

// In this process: one that waited for another could be ended, and the other would go on.
const args = process.argv.slice(2);
process.argv = [process.execPath, join(kit, "harness/cli/bin.js"), ...(args.length === 0 ? ["start"] : args)];
await import("../bin.js");

async function install() {
	if (!isWritable(kit))
		fail(
			`drydock's npm packages are not all installed, and ${kit} cannot be written`,
			`cp -r ${kit} ~/drydock && cd ~/drydock && npm start`,
		);
	console.error("installing drydock's npm packages …");
	// Standard output is the command's own, which may be JSON.
	const { status, error } = await npm([...INSTALL, "--loglevel=error"]);
	if (error !== undefined) fail(`npm cannot be started (${error.code})`, "install npm: https://nodejs.org/en/download");
	const cache = npmCache();
	if (status !== 0 && !isWritable(cache))
		fail(
			`the npm packages could not be installed, and npm's cache, ${cache}, cannot be written`,
			"npm_config_cache=/a/directory/of/yours npm start",
		);
	if (status !== 0) fail("the npm packages could not be installed.", "npm start, with a network");
	const broken = brokenTool();
	if (broken !== undefined) refuse(broken);
	// Not before: what npm has left out would be missing for ever.
	writeFileSync(stamp, wanted);
}

// It ends with whoever has started this process, as drydock does: `npm start` that is ended does not say so.
function npm(args) {
	const { ppid } = process;
	// Not by zx, here and below: no package is there yet.
	const child = spawn("npm", args, { cwd: kit, stdio: ["inherit", 2, 2] });
	const stop = () => {
		child.kill();
		process.exit(130);
	};
	const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
	for (const signal of signals) process.on(signal, stop);
	const timer = setInterval(() => process.ppid !== ppid && stop(), LOOK_MS);
	return new Promise((resolve) => {
		child.on("error", (error) => resolve({ error }));
		child.on("exit", (status) => resolve({ status }));
	}).finally(() => {
		clearInterval(timer);
		for (const signal of signals) process.off(signal, stop);
	});
}

// In a process of its own: this one would remember what it has not found.
function brokenTool() {
	const { status, stdout, stderr, error } = spawnSync(
		process.execPath,
		[join(kit, "harness/cli/launch/prove-tools.cjs")],
		{
			encoding: "utf8",
		},
	);
	return status === 0 ? undefined : `${error?.message ?? stdout + stderr}`.trim();
}

// Installing it again would not help.
function isForbidden(broken) {
	return /\b(EACCES|EPERM)\b/.test(broken);
}

function refuse(broken) {
	const next = isForbidden(broken)
		? `move drydock to a folder where programs may be executed: see findmnt -T ${kit}`
		: `rm -r ${join(kit, "node_modules")}, then npm start`;
	fail(`a program that npm has installed for drydock cannot be executed here\n${broken}`, next);
}

function npmCache() {
	try {
		return process.env["npm_config_cache"] || join(homedir(), ".npm");
	} catch {
		return "~/.npm";
	}
}

// Or could be made there.
function isWritable(path) {
	if (!existsSync(path) && path !== dirname(path)) return isWritable(dirname(path));
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function fail(message, next) {
	console.error(`${message}\n  try: ${next}`);
	process.exit(3);
}
