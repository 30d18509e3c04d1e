import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentProgress } from "../../harness/base/progress.ts";
import { ensureImage } from "../../harness/vm/image/image.ts";
import { Machine } from "../../harness/vm/machine.ts";
import { ensureTemplate, type Template } from "../../harness/vm/template.ts";

// The confinement that an exercise would meet if it had broken out of its virtual machine.

const isRoot = process.getuid?.() === 0;
const MB = 1 << 20;
let template: Template;
let machine: Machine;

beforeAll(async () => {
	template = await ensureTemplate(await ensureImage(silentProgress), silentProgress);
	machine = Machine.restore(template);
	await machine.ping();
});
afterAll(() => machine.end());

const read = (name: string) => readFileSync(`/proc/${machine.pid}/${name}`, "utf8");
const status = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(read("status"))?.[1]?.trim();
const limit = (name: string) => new RegExp(`^${name}\\s+(\\S+)`, "m").exec(read("limits"))?.[1];

describe("QEMU's process", () => {
	test("has no privilege, and can get none", () => {
		for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) expect(status(set)).toMatch(/^0+$/);
		expect(status("NoNewPrivs")).toBe("1");
		// SECCOMP_MODE_FILTER is 2.
		expect(status("Seccomp")).toBe("2");
	});

	test.runIf(isRoot)("runs as a user that this computer does not know, if drydock is root", () => {
		expect(status("CapBnd")).toMatch(/^0+$/);
		expect(status("Groups")).toBe("");
		for (const set of ["Uid", "Gid"]) {
			const [id = "0", ...others] = (status(set) ?? "").split("\t");
			expect(new Set(others)).toEqual(new Set([id]));
			expect(readFileSync(set === "Uid" ? "/etc/passwd" : "/etc/group", "utf8")).not.toContain(`:${id}:`);
		}
	});

	test("writes no file, leaves no core dump, and takes no more memory than a machine needs", () => {
		expect(limit("Max file size")).toBe("0");
		expect(limit("Max core file size")).toBe("0");
		expect(Number(limit("Max address space"))).toBeLessThan(4096 * MB);
		expect(Number(limit("Max open files"))).toBeLessThan(256);
	});

	test("shares the snapshot's memory with all others, except the pages that it has changed", () => {
		const mappings = read("smaps").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
		const memory = mappings.filter((mapping) => mapping.includes(`${template.dir}/memory`));
		const kilobytes = (name: string) =>
			memory.reduce((sum, mapping) => sum + Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(mapping)?.[1]), 0);
		expect(kilobytes("Size")).toBeGreaterThan(400 << 10);
		expect(kilobytes("Private_Dirty")).toBeLessThan(kilobytes("Size") / 8);
	});
});
