import { compileFunction } from "node:vm";
import { afterAll, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { bundle } from "../../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../../harness/engine/engine-at.ts";
import { placeOfException } from "../../../harness/judge/stack.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

/**
 * Runs a module in the engine on this computer, as the runner does in the guest.
 * @returns where its exception was thrown
 */
async function thrownIn(file: string, kernel: object) {
	const { code, map } = await bundle(WHOLE_ENGINE, new Map([[inKit("solutions/02-unshare/isolate.ts"), file]]));
	const module = { exports: {} as { run(options: object): void } };
	compileFunction(code, ["module", "exports", "require"], { filename: "exercise.js" })(module, module.exports, () => ({
		fork: () => 0,
		// Of node:fs and node:os: lessons 14 and 16 read flags and errors there when they are loaded.
		constants: { errno: {} },
		CAPABILITY_NAMES: [],
		...kernel,
	}));
	try {
		module.exports.run({ command: ["/bin/sh"], hostname: "web-1" });
	} catch (error) {
		return placeOfException((error as Error).stack ?? "", map, file);
	}
	throw new Error("nothing was thrown");
}

test("an exception is located at the learner's line and column", async () => {
	const file = await files.write("direct.ts", 'export function isolate() {\n\tthrow new Error("mine");\n}\n');
	expect(await thrownIn(file, {})).toEqual({ message: "Error: mine", file, line: 2, column: 8 });
});

test("thrown by a helper function of the learner's: the helper's line", async () => {
	const text = "interface Unused {}\nfunction helper(): never {\n\tthrow new TypeError('deep');\n}\n";
	const file = await files.write("helper.ts", `${text}export const isolate = () => helper();\n`);
	expect(await thrownIn(file, {})).toMatchObject({ message: "TypeError: deep", line: 3 });
});

test("thrown by the kernel's bindings: the line of the learner's that called them", async () => {
	const text = 'import { unshare } from "#kernel";\nexport function isolate() {\n\n\tunshare(1);\n}\n';
	const file = await files.write("call.ts", text);
	const unshare = () => {
		throw new Error("unshare(0x1): EINVAL (22)");
	};
	expect(await thrownIn(file, { unshare })).toMatchObject({ message: "Error: unshare(0x1): EINVAL (22)", line: 4 });
});

test("a message of several lines does not hide the place", async () => {
	const file = await files.write("lines.ts", 'export function isolate() { throw new Error("one\\ntwo"); }\n');
	expect(await thrownIn(file, {})).toMatchObject({ message: "Error: one", line: 1 });
});

test("thrown in the engine alone: no place in the learner's file", async () => {
	const file = await files.write("innocent.ts", "export function isolate() {}\n");
	const execve = () => {
		throw new Error("execve: ENOENT");
	};
	expect(await thrownIn(file, { execve })).toBeNull();
});

test("no stack: no place", () => {
	expect(placeOfException("", '{"version":3,"sources":[],"names":[],"mappings":""}', "/x.ts")).toBeNull();
});

// Line 1 maps to line 1 of x.ts. Line 2 has no mapping. Line 3 maps to line 2 of x.ts, and from column 3 on to no
// source.
const MAP = '{"version":3,"sources":["x.ts"],"names":[],"mappings":"AAAA;;AACA,E;"}';

test.each([
	["1:1", { line: 1, column: 1 }],
	["1:99", { line: 1, column: 1 }],
	["2:1", null],
	["3:2", { line: 2, column: 1 }],
	["3:3", null],
	["4:1", null],
	["99999999999999999999:1", null],
])("exercise.js:%s lies in the learner's file only where the source map says so", (place, expected) => {
	const found = placeOfException(`Error: x\n    at exercise.js:${place}`, MAP, "/x.ts");
	expect(found).toEqual(expected === null ? null : { message: "Error: x", file: "/x.ts", ...expected });
});
