import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cacheFailureOf, checkMayWrite, checkRoom, ownedByOther, userName } from "../../../harness/base/cache-owner.ts";
import { Failure } from "../../../harness/base/failure.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
const isRoot = process.getuid?.() === 0;
/** A user id that no system has assigned. */
const STRANGER = 59_735;

async function cacheOf(name: string, owners: { cache?: number; entry?: number } = {}): Promise<[string, string]> {
	const cache = join(files.dir, name);
	const entry = join(cache, "things/one");
	await mkdir(entry, { recursive: true });
	if (owners.cache !== undefined) await chown(cache, owners.cache, owners.cache);
	if (owners.entry !== undefined) await chown(entry, owners.entry, owners.entry);
	return [cache, entry];
}

const error = (code: string, path?: string) =>
	Object.assign(new Error(code), { code, ...(path === undefined ? {} : { path }) });

describe("checkMayWrite", () => {
	test("lets the owner write, even if the cache does not exist yet", async () => {
		await checkMayWrite(...(await cacheOf("mine")));
		await checkMayWrite(join(files.dir, "none"), join(files.dir, "none/things/one"));
	});

	test("lets the owner write an entry that is a file without execute permission", async () => {
		const [cache, entry] = await cacheOf("file");
		await writeFile(join(entry, "grades.jsonl"), "", { mode: 0o600 });
		await checkMayWrite(cache, join(entry, "grades.jsonl"));
	});

	test.runIf(isRoot)("keeps root out of another user's cache, and names the owner and a way out", async () => {
		const refused = checkMayWrite(...(await cacheOf("theirs", { cache: STRANGER })));
		await expect(refused).rejects.toMatchObject({
			exitCode: 3,
			message: `${join(files.dir, "theirs")} belongs to user ${STRANGER}, and only user ${STRANGER} may use and change it`,
			next: expect.stringContaining("DRYDOCK_CACHE="),
		});
	});

	test.runIf(isRoot)("keeps root from changing an entry that another user has made", async () => {
		const refused = checkMayWrite(...(await cacheOf("mixed", { entry: STRANGER })));
		await expect(refused).rejects.toThrow(`things/one belongs to user ${STRANGER}`);
	});

	test.runIf(!isRoot)("refuses a directory that cannot be written to", async () => {
		const [cache, entry] = await cacheOf("closed");
		await chmod(cache, 0o500);
		await expect(checkMayWrite(cache, entry)).rejects.toMatchObject({ exitCode: 3 });
		await chmod(cache, 0o700);
	});
});

describe("cacheFailureOf", () => {
	test.each([
		["EACCES", "may not be written to by this user"],
		["EROFS", "is on a read-only file system"],
		["ENOTDIR", "is not a directory"],
	])("[%s] a file of the cache: %s", async (code, words) => {
		const failure = await cacheFailureOf(error(code, join(files.dir, "things/one")), files.dir);
		expect(failure).toMatchObject({ exitCode: 3, message: expect.stringContaining(`${files.dir} ${words}`) });
		expect(failure?.next).toContain("DRYDOCK_CACHE=");
	});

	test("reports a full disk, whichever file did not fit", async () => {
		expect(await cacheFailureOf(error("ENOSPC"), files.dir)).toMatchObject({ exitCode: 3 });
	});

	test("passes on other errors, errors of other files, and failures", async () => {
		expect(await cacheFailureOf(error("ENOENT", files.dir), files.dir)).toBeNull();
		expect(await cacheFailureOf(error("EACCES", "/elsewhere"), files.dir)).toBeNull();
		expect(await cacheFailureOf(error("EACCES"), files.dir)).toBeNull();
		expect(await cacheFailureOf(new Failure("failed", "no machine boots"), files.dir)).toBeNull();
	});
});

test("checkRoom passes if there is room, and otherwise says how much is missing", async () => {
	await checkRoom(files.dir, 1, "a byte");
	await expect(checkRoom(files.dir, 1e18, "the universe")).rejects.toMatchObject({
		exitCode: 3,
		message: expect.stringMatching(/^the universe takes 1000000000000 MB of disk space, and .* MB left$/),
	});
});

test("a user with a name is called by that name", async () => {
	expect(await userName(0)).toBe("root");
	expect(await userName(STRANGER)).toBe(`user ${STRANGER}`);
	expect((await ownedByOther("/cache", 0)).message).toContain("/cache belongs to root");
});
