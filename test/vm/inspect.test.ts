import { beforeAll, expect, test } from "vitest";
import { silentProgress } from "../../harness/base/progress.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import { drydock } from "../support/command.ts";

beforeAll(async () => {
	await new MachinePool(silentProgress).makeReady();
});

interface Document {
	host: { namespaces: Record<string, string> };
	container: { namespaces: Record<string, string>; hostname: string };
	drawn: { hostname: string };
}
const inspected = async (whose: string): Promise<Document> =>
	JSON.parse((await drydock(["inspect", "02", whose, "--json"])).stdout) as Document;

test("the solution of 02 has two namespaces of its own: ipc and uts", async () => {
	const { host, container, drawn } = await inspected("--solution");
	const own = Object.keys(host.namespaces).filter((kind) => host.namespaces[kind] !== container.namespaces[kind]);
	expect(own.sort()).toEqual(["ipc", "uts"]);
	expect(container.hostname).toBe(drawn.hostname);
});

test("the skeleton of 02 has the host's namespaces", async () => {
	const { host, container } = await inspected("--skeleton");
	expect(container.namespaces).toEqual(host.namespaces);
});

test("lines that differ are marked, and fit in 80 columns", async () => {
	const { stdout } = await drydock(["inspect", "02", "--solution"]);
	const lines = stdout.split("\n");
	expect(lines.filter((line) => line.startsWith("≠")).map((line) => line.split(/\s+/)[1])).toEqual([
		"ipc",
		"uts",
		"hostname",
	]);
	expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("in plain text, the container's lines are below the host's, and a word says that they differ", async () => {
	const { stdout } = await drydock(["inspect", "02", "--solution", "--plain"]);
	expect(stdout).not.toContain("≠");
	expect(stdout).toMatch(/^ {2}uts: different\n {6}host: \d+\n {6}container: \d+$/m);
	expect(stdout).toMatch(/^ {2}net\n {6}host: \d+\n {6}container: the same$/m);
});

test("each container of a lesson can be shown; an unknown name fails, and the message names the others", async () => {
	const { stdout } = await drydock(["inspect", "03", "--solution"]);
	expect(stdout).toContain("--container NAME: escaped");
	const escaped = await drydock(["inspect", "03", "--solution", "--container", "escaped", "--json"]);
	const { name, host, container } = JSON.parse(escaped.stdout);
	expect(name).toBe("escaped");
	expect(container.root).toEqual(host.root);
	const unknown = await drydock(["inspect", "03", "--solution", "--container", "nobody"]);
	expect(unknown.code).not.toBe(0);
	expect(unknown.stderr).toContain("box, escaped");
});
