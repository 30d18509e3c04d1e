import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT, Failure, failureOf } from "../../../harness/base/failure.ts";
import { inKit } from "../../../harness/base/kit.ts";

const refused = (code: string, more: object = {}) => Object.assign(new Error(`${code}: open`), { code, ...more });

test.each(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "ENOMEM", "EIO"])(
	"an unforeseen %s is the computer's refusal",
	(code) => {
		const failure = failureOf(refused(code, { syscall: "open", path: "/somewhere" }));
		expect(failure).toMatchObject({ kind: "unsupported", exitCode: EXIT.unsupported });
		expect(failure?.message).toContain(code);
		expect(failure?.next).toBeTruthy();
	},
);

test.each([
	[join(tmpdir(), "drydock-1"), "TMPDIR="],
	// The cache's directory does not exist yet.
	["/home/somebody/.cache", "DRYDOCK_CACHE="],
	["/home/somebody/.cache/drydock/base", "DRYDOCK_CACHE="],
	[inKit("workspace/02-unshare"), "drydock init"],
])("where %s is full, %s is the way to another disk", (path, step) => {
	expect(failureOf(refused("ENOSPC", { syscall: "write", path }))?.next).toContain(step);
});

test("a package that turns out to be missing later is for npm to install", () => {
	const missing = refused("ERR_MODULE_NOT_FOUND");
	expect(failureOf(missing)).toMatchObject({ kind: "unsupported", next: expect.stringContaining("npm start") });
});

test("a failure stays itself, also as the cause of another error", () => {
	const failure = new Failure("usage", "wrong", "right");
	expect(failureOf(failure)).toBe(failure);
	expect(failureOf(new Error("later", { cause: failure }))).toBe(failure);
	expect(failureOf(new Error("later", { cause: refused("EROFS") }))).toMatchObject({ kind: "unsupported" });
});

test("a missing folder for temporary files is named, with its variable", async () => {
	const error = await mkdtemp(join(tmpdir(), "nowhere/drydock-")).catch((error: unknown) => error);
	expect(failureOf(error)).toMatchObject({ kind: "unsupported", next: expect.stringContaining("TMPDIR=") });
});

test("drydock's own mistake is no failure", async () => {
	const missing = await readFile(inKit("nothing")).catch((error: unknown) => error);
	for (const error of [missing, new TypeError("undefined"), "text", null, refused("toString")])
		expect(failureOf(error)).toBeNull();
	const circular = new Error("circular");
	circular.cause = circular;
	expect(failureOf(circular)).toBeNull();
});

test.each([
	["/nowhere/program", "not installed"],
	[inKit("package.json"), "cannot be executed here (EACCES)"],
])("a program that cannot be started: %s", async (program, words) => {
	const [error] = await once(spawn(program), "error").catch((error: unknown) => [error]);
	expect(failureOf(error)).toMatchObject({ kind: "unsupported", message: expect.stringContaining(words) });
});
