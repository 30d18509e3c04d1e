import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { bundle } from "../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../harness/engine/engine-at.ts";
import { convertToWindowsLines, copyKit } from "../support/kit-copy.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const run = promisify(execFile);

const FILL = `
import { fillInitramfs } from "./harness/vm/image/guest-programs.ts";
import { boxProgram } from "./harness/engine/engine.ts";
import { createHash } from "node:crypto";
const [root, empty] = process.argv.slice(1);
await fillInitramfs(root, { early: empty }, empty);
console.log(createHash("sha256").update(await boxProgram(new Map())).digest("hex"));
process.exit();
`;

/** What a kit puts into the guest: name, mode and digest of each file, and the digest of the engine's program. */
async function guestOf(kit: string): Promise<{ files: [string, number, string][]; engine: string }> {
	const [root, empty] = [join(files.dir, `${kit.length}-root`), join(files.dir, "empty")];
	await mkdir(empty, { recursive: true });
	const env = { ...process.env, DRYDOCK_CACHE: join(files.dir, "cache") };
	const args = ["--import", "tsx", "--input-type=module", "--eval", FILL, root, empty];
	const { stdout } = await run(process.execPath, args, { cwd: kit, env });
	const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
	const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
	const digests = paths.map(async (path): Promise<[string, number, string]> => {
		// Removes the bundler's comments about where it found a package: in the copy, packages are links.
		const bytes = (await readFile(path, "latin1")).replaceAll(/^\/\/ .*node_modules.*$/gm, "");
		const digest = createHash("sha256").update(bytes).digest("hex");
		return [path.slice(root.length), (await stat(path)).mode, digest];
	});
	return { files: await Promise.all(digests), engine: stdout.trim() };
}

test("a checkout with Windows line ends puts the same bytes into the guest, and its texts read the same", async () => {
	const windows = await copyKit(files.dir);
	await convertToWindowsLines(windows);
	expect(await readFile(join(windows, "harness/guest/init.sh"), "utf8")).toContain("\r\n");
	expect(await readFile(join(windows, "harness/engine/confined-compiler.sh"), "utf8")).toContain("\r\n");
	const guest = await guestOf(windows);
	expect(guest.files.map(([name]) => name)).toContain("/init");
	expect(guest).toEqual(await guestOf(inKit()));
	const raw = (cwd: string) => run(process.execPath, ["harness/cli/bin.js", "read", "02", "--raw"], { cwd });
	expect((await raw(windows)).stdout).toBe((await raw(inKit())).stdout);
});

test("a learner's file with Windows line ends makes the same program", async () => {
	const reference = inKit("solutions/02-unshare/isolate.ts");
	const text = `${await readFile(reference, "utf8")}export const lines = \`one\ntwo\`;\n`;
	const programs = ["\n", "\r\n"].map(async (end, at) => {
		const mine = await files.write(`${at}/isolate.ts`, text.replaceAll("\n", end));
		const { code } = await bundle(WHOLE_ENGINE, new Map([[reference, mine]]));
		return code.replaceAll(`${files.dir}/${at}`, "");
	});
	const [unix, windows] = await Promise.all(programs);
	expect(windows).toBe(unix);
});
