import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fileEventLines } from "../../harness/doctor/file-events.ts";
import { acceleratorLines } from "../../harness/doctor/virtual-machines.ts";
import { drydock, drydockAtTerminal } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const NAMES = ["Node", "accelerator", "image", "disk", "file events", "terminal"];

describe("drydock doctor", { timeout: 30_000 }, () => {
	test("--json has a line for everything that matters, and its exit code says whether something is in the way", async () => {
		const { code, stdout } = await drydock(["doctor", "--json"]);
		const { schemaVersion, lines } = JSON.parse(stdout) as {
			schemaVersion: number;
			lines: { name: string; state: string; fact: string; mend?: string }[];
		};
		expect(schemaVersion).toBe(1);
		expect(lines.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMES));
		expect(lines.filter(({ state, mend }) => state === "bad" && mend === undefined)).toEqual([]);
		expect(code).toBe(lines.some(({ state }) => state === "bad") ? 3 : 0);
	});

	test("fits on one screen", async () => {
		const lines = (await drydockAtTerminal(["doctor"], { NO_COLOR: "1", LC_ALL: "C.UTF-8" })).trimEnd().split("\r\n");
		expect(lines.filter((line) => line.length > 80)).toEqual([]);
		expect(lines.length).toBeLessThan(24);
		expect(lines.at(-1)).toBe("✓ terminal     80 columns, no colours, UTF-8, input is a terminal");
	});

	test("says words for symbols in plain text", async () => {
		const { stdout } = await drydock(["--plain", "doctor"]);
		for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^(good|warning|bad): ${name}: `, "m"));
		expect(stdout).not.toMatch(/[✓✗]/);
	});

	test("names the missing programs, and one command that installs them", async () => {
		await mkdir(join(files.dir, "bin"));
		await symlink("/bin/sh", join(files.dir, "bin/sh"));
		const { code, stdout } = await drydock(["doctor", "--json"], {
			env: { PATH: join(files.dir, "bin"), DRYDOCK_CACHE: join(files.dir, "cache") },
		});
		const lines = JSON.parse(stdout).lines as { name: string; state: string; fact: string; mend?: string }[];
		expect(code).toBe(3);
		expect(lines.find(({ name }) => name === "QEMU")).toMatchObject({
			state: "bad",
			fact: "missing: qemu-system-x86_64 (runs the virtual machines)",
			mend: expect.stringMatching(/(apt-get|brew) install .*qemu/),
		});
		expect(lines.find(({ name }) => name === "image")).toMatchObject({ state: "warn", mend: "npm start" });
		expect(lines.filter(({ name }) => name === "snapshot")).toEqual([]);
	});

	test("tells a terminal that is not UTF-8 how to become one", async () => {
		const { stdout } = await drydock(["doctor", "--json"], { env: { LC_ALL: "C" } });
		const lines = JSON.parse(stdout).lines as { name: string; mend?: string }[];
		const mend = lines.find(({ name }) => name === "terminal")?.mend;
		expect(mend).toContain("LC_ALL=C.UTF-8");
	});
});

test("a change of a file in this kit's folder is reported", async () => {
	expect(await fileEventLines()).toMatchObject([{ name: "file events", state: "good" }]);
});

test("on a processor of another kind, the reason for emulation names both kinds, and what is faster", async () => {
	const arch = Object.getOwnPropertyDescriptor(process, "arch");
	Object.defineProperty(process, "arch", { ...arch, value: "arm64" });
	try {
		const [line] = await acceleratorLines(false);
		expect(line).toMatchObject({ state: "warn", mend: expect.stringContaining("x86-64") });
		expect(line?.fact).toMatch(/^emulation \(tcg\), because .*x86-64.*arm64.*run slowly/);
	} finally {
		Object.defineProperty(process, "arch", arch as PropertyDescriptor);
	}
});
