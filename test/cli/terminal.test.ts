import { describe, expect, test } from "vitest";
import { atTerminal, BIN, drydock, drydockAtTerminal } from "../support/command.ts";

const COLOR = "\u001b[";
// Marks text that went through the pager.
const PAGER = "sed 's/^/paged: /'";

describe("colours", { timeout: 30_000 }, () => {
	test.each([
		["at a terminal", {}, true],
		["where NO_COLOR is set", { NO_COLOR: "1" }, false],
		["at a dumb terminal", { TERM: "dumb" }, false],
		["in plain text, although they are forced", { DRYDOCK_PLAIN: "1", FORCE_COLOR: "1" }, false],
		["where they are forced, at a dumb terminal", { TERM: "dumb", FORCE_COLOR: "1" }, true],
	])("%s, with %j: %s", async (_what, env, expected) => {
		const screen = await drydockAtTerminal(["read", "01"], { PAGER: "", ...env });
		expect(screen.includes(COLOR)).toBe(expected);
	});

	test("are in a pipe only if they are forced", async () => {
		const [plain, forced] = await Promise.all([
			drydock(["read", "01"]),
			drydock(["read", "01"], { env: { FORCE_COLOR: "1" } }),
		]);
		expect(plain.stdout).not.toContain(COLOR);
		expect(forced.stdout).toContain(COLOR);
	});
});

describe("a long text", { timeout: 30_000 }, () => {
	test("goes through $PAGER at a terminal", async () => {
		expect(await drydockAtTerminal(["read", "01", "--raw"], { PAGER })).toContain("paged: ");
	});

	test("is printed in a pipe, in plain text, and where $PAGER is empty or missing", async () => {
		const printed = [
			(await drydock(["read", "01", "--raw"], { env: { PAGER } })).stdout,
			await drydockAtTerminal(["--plain", "read", "01", "--raw"], { PAGER }),
			await drydockAtTerminal(["read", "01", "--raw"], { PAGER: "" }),
			await drydockAtTerminal(["read", "01", "--raw"], { PAGER: "no-such-pager" }),
		];
		for (const text of printed) {
			expect(text).not.toContain("paged: ");
			expect(text).toContain("Read");
		}
	});

	test("is no failure if the reader of the pipe reads nothing", async () => {
		const screen = await atTerminal(
			"bash",
			["-c", `'${process.execPath}' '${BIN}' read 01 | true; echo $PIPESTATUS`],
			{},
			[],
		);
		expect(screen).toBe("0\r\n");
	});

	test("is no failure if the pager ends early", async () => {
		expect(await drydockAtTerminal(["read", "01", "--raw"], { PAGER: "true" })).not.toContain("drydock itself failed");
	});
});

describe("--plain", { timeout: 30_000 }, () => {
	test.each([[["--plain", "read", "06"]], [["read", "--plain", "06"]]])("is understood in %j", async (args) => {
		const { stdout } = await drydock(args);
		expect(stdout).toMatch(/^- /m);
		expect(stdout).not.toContain("•");
	});

	test("on its own shows where you are", async () => {
		expect(await drydock(["--plain"])).toMatchObject({ code: 0, stdout: expect.stringContaining("npx drydock read") });
	});
});

test.each([
	[["chek"], "(Did you mean check?)", "npx drydock help"],
	[["help", "chek"], "(Did you mean check?)", "npx drydock help"],
	[["chek", "--help"], "(Did you mean check?)", "npx drydock help"],
	[["-h", "chek"], "(Did you mean check?)", "npx drydock help"],
	[["image", "nosuch", "--help"], "error: unknown command 'nosuch'", "npx drydock help image"],
	[["check", "--nothing"], "error: unknown option '--nothing'", "npx drydock help check"],
	[["reset"], "error: missing required argument 'lesson'", "npx drydock help reset"],
	[["image", "export"], "error: missing required argument 'file'", "npx drydock image export --help"],
])(
	"the error for %j names the command that helps",
	async (args, error, next) => {
		const { code, stderr } = await drydock(args);
		expect({ code, end: stderr.split("\n").slice(-3) }).toEqual({ code: 2, end: [error, `  try: ${next}`, ""] });
	},
	30_000,
);
