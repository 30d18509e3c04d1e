// Installs the npm packages if necessary, and then runs the command. Plain JavaScript without packages, because there
// may be none yet.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const kit = fileURLToPath(new URL("../../../", import.meta.url));
// Written when all packages are installed and tried. Its text is a hash of what they depend on.
const stamp = join(kit, "node_modules/.drydock");
// Includes what NODE_ENV or the user's npmrc may leave out: the compilers are optional packages, and the tests need
// the development packages.
const INSTALL = ["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
const NODE = process.versions.node.split(".")[0];
const wantedStamp = createHash("sha256")
	.update(readFileSync(join(kit, "package-lock.json")))
	.update(JSON.stringify([process.platform, process.arch, NODE, INSTALL]))
	.digest("hex");

const isStamped = existsSync(stamp) && readFileSync(stamp, "utf8") === wantedStamp;
const broken = isStamped || !isWritable(kit) ? brokenTool() : undefined;
if (broken !== undefined && isForbidden(broken)) refuse(broken);
if (broken !== undefined || (!isStamped && isWritable(kit))) await install();

// Runs the command in this process, and not in a child: if only this process were ended, the child would go on.
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
	// npm writes to standard error. Standard output belongs to the command, which may print JSON.
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
	// Only now, after the tools were tried. Otherwise a package that npm has left out would stay missing.
	writeFileSync(stamp, wantedStamp);
}

// Runs npm, and ends it together with this process.
function npm(args) {
	// Without zx, here and below: no package may be there yet.
	const child = spawn("npm", args, { cwd: kit, stdio: ["inherit", 2, 2] });
	const stop = () => {
		child.kill();
		process.exit(130);
	};
	// The last one is from follow-npm.cjs.
	const events = ["SIGINT", "SIGTERM", "SIGHUP", "npmEnded"];
	for (const event of events) process.on(event, stop);
	return new Promise((resolve) => {
		child.on("error", (error) => resolve({ error }));
		child.on("exit", (status) => resolve({ status }));
	}).finally(() => {
		for (const event of events) process.off(event, stop);
	});
}

// Returns the error of the first tool that does not work; undefined if all work. Tries the tools in a child process,
// because this process would remember which modules it has not found.
function brokenTool() {
	const { status, stdout, stderr, error } = spawnSync(
		process.execPath,
		[join(kit, "harness/cli/launch/check-tools.cjs")],
		{
			encoding: "utf8",
		},
	);
	return status === 0 ? undefined : `${error?.message ?? stdout + stderr}`.trim();
}

// Whether the system forbids executing a tool: installing the tool again would not help.
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

// Whether a path can be written, or could be created if it does not exist.
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
