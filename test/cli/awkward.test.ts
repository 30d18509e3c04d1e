import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { copyKit } from "../support/kit-copy.ts";
import { temporary } from "../support/temporary.ts";

// Computers that lack something that drydock needs. drydock explains that in its own words, names the step that helps,
// and exits with 3. Exit code 1 only means "not passed".

const files = await temporary();
afterAll(() => files.remove());

interface Ended {
	code: number | null;
	output: string;
}

/** Runs a shell script, in which $1 is the path of Node and $2 that of the kit. */
function sh(script: string, kit: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
	const options = { cwd: kit, env: { ...process.env, DRYDOCK_CACHE: join(files.dir, "cache"), ...env } };
	return new Promise((resolve) => {
		const child = execFile("sh", ["-c", script, "sh", process.execPath, kit], options, (_, stdout, stderr) =>
			resolve({ code: child.exitCode, output: stdout + stderr }),
		);
		child.stdin?.end();
	});
}

const failureWith = (...parts: (string | RegExp)[]) => ({
	code: 3,
	output: expect.toSatisfy(
		(output: string) =>
			parts.every((part) => (typeof part === "string" ? output.includes(part) : part.test(output))) &&
			output.includes("  try: ") &&
			!/^ {4}at /m.test(output),
		`words with ${parts.join(", ")}, and no stack`,
	),
});

const packages = (kit: string, ...names: string[]) => join(kit, "node_modules", ...names);

/** Replaces a package of the kit by a copy. Node finds what a package imports from the package's real path. */
async function copyPackage(name: string): Promise<void> {
	await rm(packages(kit, name), { recursive: true, force: true });
	await cp(packages(inKit(), name), packages(kit, name), { recursive: true });
}

async function linkPackage(name: string): Promise<void> {
	await rm(packages(kit, name), { recursive: true, force: true });
	await symlink(packages(inKit(), name), packages(kit, name));
}

/**
 * A kit whose compilers tests may remove. Before each test it is whole, and as if npm had never run. The folders with
 * the compilers' large programs are links: a test that damages a program first makes a copy.
 */
const kit = await copyKit(files.dir);
await copyPackage("typescript");
beforeEach(async () => {
	await rm(packages(kit, ".drydock"), { force: true });
	await copyPackage("esbuild");
	for (const name of ["@esbuild", "@typescript", "fastest-levenshtein"]) await linkPackage(name);
});
const esbuild = packages(kit, "@esbuild", `${process.platform}-${process.arch}`, "bin/esbuild");

/** A folder for PATH with an npm that records its arguments and runs this script. */
async function fakeNpm(script = ""): Promise<{ path: string; calls(): Promise<string[]> }> {
	const dir = await mkdtemp(join(files.dir, "npm-"));
	await writeFile(join(dir, "npm"), `#!/bin/sh\necho "$@" >>"${dir}/calls"\n${script}\n`);
	await chmod(join(dir, "npm"), 0o755);
	const calls = () =>
		readFile(join(dir, "calls"), "utf8").then(
			(text) => text.trim().split("\n"),
			() => [],
		);
	return { path: `${dir}:${process.env["PATH"]}`, calls };
}

const LAUNCH = '"$1" harness/cli/launch/launch.cjs help';

describe("npm start", () => {
	test("installs all needed packages, whatever the user's npm leaves out, and only once", async () => {
		const { path, calls } = await fakeNpm();
		const env = { PATH: path, npm_config_omit: "optional", NODE_ENV: "production" };
		for (const _ of [1, 2]) expect(await sh(LAUNCH, kit, env)).toMatchObject({ code: 0 });
		expect(await calls()).toEqual([expect.stringMatching(/^ci --include=dev --include=optional --ignore-scripts /)]);
	});

	test("does not count as done if npm has left a compiler out, so the next start repairs it", async () => {
		const omitted = await fakeNpm("rm -rf node_modules/@esbuild");
		expect(await sh(LAUNCH, kit, { PATH: omitted.path })).toEqual(failureWith("esbuild: ", "node_modules"));
		const whole = await fakeNpm(`cp -r "${inKit("node_modules/@esbuild")}" node_modules/`);
		expect(await sh(LAUNCH, kit, { PATH: whole.path })).toMatchObject({ code: 0 });
		await rm(join(kit, "node_modules/@typescript"), { recursive: true });
		const again = await fakeNpm(`cp -r "${inKit("node_modules/@typescript")}" node_modules/`);
		expect(await sh(LAUNCH, kit, { PATH: again.path })).toMatchObject({ code: 0 });
		expect(await again.calls()).toHaveLength(1);
	});

	test("says that a program may not be executed, and does not install it again", async () => {
		const { path, calls } = await fakeNpm();
		await copyPackage("@esbuild");
		await sh(LAUNCH, kit, { PATH: path });
		await chmod(esbuild, 0o644);
		expect(await sh(LAUNCH, kit, { PATH: path })).toEqual(failureWith("cannot be executed", "EACCES", "findmnt"));
		expect(await calls()).toHaveLength(1);
	});

	test("ends with its parent while npm installs, and so does npm", async () => {
		const { path, calls } = await fakeNpm("echo $$ >pid; exec sleep 100");
		await sh(`${LAUNCH} & while ! [ -s pid ]; do sleep 0.1; done`, kit, { PATH: path, npm_command: "start" });
		const pid = Number(await readFile(join(kit, "pid"), "utf8"));
		await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 20_000 }).toBe(false);
		expect(await calls()).toHaveLength(1);
	});

	test("says what is missing: a network, npm", async () => {
		const { path } = await fakeNpm("echo 'npm error network' >&2; exit 1");
		expect(await sh(LAUNCH, kit, { PATH: path })).toEqual(failureWith("could not be installed", "with a network"));
		const without = await mkdtemp(join(files.dir, "empty-"));
		expect(await sh(`PATH=${without}; ${LAUNCH}`, kit)).toEqual(failureWith("npm cannot be started"));
	});
});

test.each(["launch/launch.cjs", "bin.cjs"])(
	"a backslash in the kit's path is reported by %s, not by Node",
	async (entry) => {
		const dir = join(files.dir, "back\\slash");
		await mkdir(join(dir, "harness"), { recursive: true });
		await cp(inKit("harness/cli"), join(dir, "harness/cli"), { recursive: true });
		await cp(inKit("package.json"), join(dir, "package.json"));
		expect(await sh(`"$1" harness/cli/${entry} help`, dir)).toEqual(failureWith("backslash", dir, "rename"));
	},
);

test("a missing package is reported, with what to type", async () => {
	await rm(join(kit, "node_modules/fastest-levenshtein"));
	expect(await sh('"$1" harness/cli/bin.js list', kit)).toEqual(failureWith("not installed", "npm start"));
});

test("if a compiler cannot be executed, there is no verdict", async () => {
	await copyPackage("@esbuild");
	await writeFile(join(kit, "compile.mjs"), COMPILE);
	const compile = '"$1" --import tsx compile.mjs solutions/02-unshare/isolate.ts';
	expect(await sh(compile, kit)).toMatchObject({ output: "bundled\ntyped\n" });
	await chmod(esbuild, 0o644);
	expect((await sh(compile, kit)).output).toMatch(/^Failure unsupported .*esbuild cannot be executed here\ntyped\n$/);
	await chmod(esbuild, 0o755);
	await rm(join(kit, "node_modules/@typescript"), { recursive: true });
	expect((await sh(compile, kit)).output).toBe("bundled\nFailure unsupported typescript cannot be executed here\n");
});

const COMPILE = `
import { bundle } from "./harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "./harness/engine/engine-at.ts";
import { typeErrors } from "./harness/engine/type-errors.ts";
const [, , file] = process.argv;
const report = ({ name, kind, message }) => console.log(name, kind, message);
await bundle(WHOLE_ENGINE, new Map()).then(() => console.log("bundled"), report);
await typeErrors(file).then(() => console.log("typed"), report);
process.exit();
`;

test.runIf(existsSync("/dev/full"))("if the disk has no room for the output, there is no verdict", async () => {
	const { code, output } = await sh('"$1" harness/cli/bin.js list >/dev/full', inKit());
	expect({ code, output }).toMatchObject({ code: 3, output: expect.stringContaining("disk is full") });
});

describe.runIf(process.platform === "linux")("few open files", () => {
	test.each([
		["check 02 --solution", 64],
		["grade .", 64],
		["list", 32],
	])("%s [ulimit -n %d]", async (command, limit) => {
		// As if npm had started it. To see whether npm still runs, drydock opens a file as well.
		const env = { npm_command: "exec" };
		expect(await sh(`ulimit -n ${limit}; "$1" harness/cli/bin.js ${command}`, inKit(), env)).toEqual(
			failureWith(/open.* files/, "ulimit -n 1024"),
		);
	});

	test("the same if everything is written to a file", async () => {
		const out = join(files.dir, "few-files.txt");
		const script = `ulimit -n 64; "$1" harness/cli/bin.js grade . >${out} 2>&1; code=$?; cat ${out}; exit $code`;
		expect(await sh(script, inKit())).toEqual(failureWith(/open.* files/, "ulimit -n 1024"));
	});

	test("a user who asked for JSON gets a document", async () => {
		const { output } = await sh(
			'ulimit -n 64; "$1" harness/cli/bin.js check 02 --solution --json 2>/dev/null',
			inKit(),
		);
		expect(JSON.parse(output)).toMatchObject({ verdict: "unsupported", next: expect.stringContaining("ulimit") });
	});
});

/** A user id that no system has assigned, and that owns nothing. */
const STRANGER = ["--reuid=59999", "--regid=59999", "--clear-groups"];
const mayBeStranger = spawnSync("setpriv", [...STRANGER, "test", "-r", inKit("package.json")]).status === 0;

describe.runIf(mayBeStranger)("a user without a home", () => {
	test.each([
		["HOME is not there", "check 02 --solution", { HOME: "/nowhere", DRYDOCK_CACHE: undefined }],
		["HOME is not there, DRYDOCK_CACHE is empty", "check 02 --solution", { HOME: "/nowhere", DRYDOCK_CACHE: "" }],
		["HOME is empty", "list", { HOME: "", DRYDOCK_CACHE: undefined }],
		["the cache cannot be written", "check 02 --solution", { DRYDOCK_CACHE: "/nowhere/cache" }],
	])("is told to set DRYDOCK_CACHE [%s]", async (_what, command, env) => {
		const stranger = `setpriv ${STRANGER.join(" ")} "$1" harness/cli/bin.js ${command}`;
		expect(await sh(stranger, inKit(), { XDG_CACHE_HOME: undefined, ...env })).toEqual(failureWith("DRYDOCK_CACHE="));
	});

	test("a workspace that cannot be written is reported at once", async () => {
		const init = `setpriv ${STRANGER.join(" ")} "$1" harness/cli/bin.js init /nowhere/workspace`;
		expect(await sh(init, inKit())).toEqual(failureWith("/nowhere/workspace cannot be written", "init"));
	});
});

/** Whether this user may make a mount namespace. */
const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0 && process.getuid?.() === 0;

describe.runIf(mayMount)("mounts", () => {
	/** Runs a script while a folder, by default the kit, is mounted with these options. */
	const mounted = (options: string, script: string, dir = kit) =>
		`unshare -m sh -c 'mount --bind ${dir} ${dir} && mount -o remount,bind,${options} ${dir} && cd "$PWD" && ${script}' sh "$1"`;

	test("a read-only kit names the way to a workspace elsewhere, which works", async () => {
		const bin = '"$1" harness/cli/bin.js';
		expect(await sh(mounted("ro", `${bin} list`), kit)).toMatchObject({ code: 0 });
		expect(await sh(mounted("ro", `${bin} start`), kit)).toEqual(failureWith("workspace", "EROFS", "drydock init"));
		expect(await sh(mounted("ro", `${bin} init`), kit)).toEqual(failureWith("workspace", "EROFS", "drydock init"));
		const elsewhere = join(files.dir, "elsewhere");
		expect(await sh(mounted("ro", `${bin} init ${elsewhere}`), kit)).toMatchObject({ code: 0 });
	});

	test("a read-only kit without its packages says so before npm does", async () => {
		await rm(join(kit, "node_modules/esbuild"), { recursive: true });
		expect(await sh(mounted("ro", LAUNCH), kit)).toEqual(failureWith("cannot be written", "cp -r"));
	});

	test("where npx cannot write its cache, the suggested commands do not use npx", async () => {
		const home = join(files.dir, "home");
		await mkdir(home);
		const list = '"$1" harness/cli/bin.js list';
		const env = { HOME: home, npm_config_cache: "" };
		expect((await sh(list, kit, env)).output).toContain("npx drydock read");
		expect((await sh(mounted("ro", list, home), kit, env)).output).toContain(`node ${kit}/harness/cli/bin.js read`);
	});

	test("a kit in a folder in which nothing may be executed says so", async () => {
		await copyPackage("@esbuild");
		const { path } = await fakeNpm();
		expect(await sh(mounted("noexec", LAUNCH), kit, { PATH: path })).toEqual(
			failureWith("cannot be executed", "findmnt"),
		);
	});
});
