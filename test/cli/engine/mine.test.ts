import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { hashOf } from "../../../harness/base/cache.ts";
import { inKit } from "../../../harness/base/kit.ts";
import { boxProgram, lessonsOfBox } from "../../../harness/engine/engine.ts";
import { judge } from "../../../harness/judge/judge.ts";
import { findLesson, lessons } from "../../../harness/judge/lessons.ts";
import type { MachinePool } from "../../../harness/judge/module-run.ts";
import { report } from "../../../harness/judge/report.ts";
import { engineModules, passedModules } from "../../../harness/learner/course.ts";
import { temporary } from "../../support/temporary.ts";
import { logbookWith } from "../../support/workspace.ts";

const files = await temporary();
afterEach(() => vi.restoreAllMocks());
afterAll(() => files.remove());

const isolate = inKit("solutions/02-unshare/isolate.ts");
const enterRoot = inKit("solutions/04-pivot-root/enter-root.ts");

/** Makes a workspace in which these lessons have been passed, and works there. */
async function workspace(...passed: string[]): Promise<void> {
	const when = Object.fromEntries(passed.map((id) => [id, { at: "2026-01-01T00:00:00Z" }]));
	await mkdir(files.dir, { recursive: true });
	await files.write("drydock.json", JSON.stringify({ schemaVersion: 1, passed: when }));
	await files.write("02-unshare/isolate.ts", "");
	await files.write("04-pivot-root/enter-root.ts", "");
	vi.spyOn(process, "cwd").mockReturnValue(files.dir);
}

describe("passedModules", () => {
	test("are the learner's passed files, each by the reference's file that it replaces", async () => {
		await workspace("02-unshare", "04-pivot-root");
		expect(await passedModules()).toEqual(
			new Map([
				[isolate, join(files.dir, "02-unshare/isolate.ts")],
				[enterRoot, join(files.dir, "04-pivot-root/enter-root.ts")],
			]),
		);
	});

	test("before a lesson: earlier ones only", async () => {
		await workspace("02-unshare", "04-pivot-root");
		expect([...(await passedModules(await findLesson("04"))).keys()]).toEqual([isolate]);
		expect(await passedModules(await findLesson("02"))).toEqual(new Map());
	});

	test("a module changed since it passed is not used, except that of the current lesson", async () => {
		await workspace();
		const page = (module: string) => ({ passed: { at: "2026-01-01T00:00:00.000Z", judgedBy: null, module } });
		const book = logbookWith({ "02-unshare": page(hashOf("as it passed")), "04-pivot-root": page(hashOf("then")) });
		await files.write("drydock.json", JSON.stringify(book));
		const [second, fourth] = [join(files.dir, "02-unshare/isolate.ts"), join(files.dir, "04-pivot-root/enter-root.ts")];
		await files.write("02-unshare/isolate.ts", "as it passed");
		await files.write("04-pivot-root/enter-root.ts", "now");
		expect(await passedModules()).toEqual(new Map([[isolate, second]]));
		expect(await engineModules(await findLesson("04"))).toEqual(
			new Map([
				[isolate, second],
				[enterRoot, fourth],
			]),
		);
	});

	test("a module that has not passed is not used", async () => {
		await workspace();
		expect(await passedModules()).toEqual(new Map());
	});
});

test("box contains every lesson's module except the third's, which the fourth's replaces", async () => {
	const all = (await lessons()).map(({ id }) => id);
	expect([...(await lessonsOfBox())].sort()).toEqual(all.filter((id) => id !== "03-chroot"));
});

describe("boxProgram", () => {
	test("is the reference's, or has the learner's modules in it", async () => {
		const mine = await files.write("02-unshare/isolate.ts", 'export function isolate() { throw new Error("mine!"); }');
		expect(await boxProgram(new Map())).not.toContain("mine!");
		const program = await boxProgram(new Map([[isolate, mine]]));
		expect(program).toContain("mine!");
		expect(program).toContain("pivot_root");
	});

	test("contains the bindings, but loads their compiled library from the machine", async () => {
		const program = await boxProgram(new Map());
		expect([...program.matchAll(/require\("(?!node:)([^"]*)"\)/g)].map(([, name]) => name)).toEqual([
			"/opt/drydock/node_modules/ffi-rs",
		]);
	});

	test("contains no path of this computer, so equal programs are equal everywhere", async () => {
		expect(await boxProgram(new Map())).not.toContain(inKit());
	});
});

describe("judge [mine]", () => {
	const machines: MachinePool = {
		imageKey: () => Promise.reject(new Error("no machine is needed for this")),
		accelerator: () => Promise.resolve("none"),
		play: () => Promise.reject(new Error("no machine is needed for this")),
	};
	const judged = async (mine: Map<string, string>, lesson = "04") =>
		judge(await findLesson(lesson), await files.write("broken.ts", "const = 1;"), machines, { mine });

	test("says which modules are the learner's, and which of the earlier ones the reference's", async () => {
		const mine = await files.write("02-unshare/isolate.ts", "export function isolate() {}");
		const verdict = await judged(new Map([[isolate, mine]]));
		expect(verdict.engine).toEqual({ yours: ["02-unshare"], reference: ["01-process"] });
		expect(await report(verdict, "04", "", { width: 80, color: false })).toContain(
			"  engine  yours: 02; the reference's: 01\n",
		);
		expect((await judged(new Map())).engine).toEqual({ yours: [], reference: ["01-process", "02-unshare"] });
	});

	test("names each lesson once, also one with several modules", async () => {
		const mine = await files.write("02-unshare/isolate.ts", "export function isolate() {}");
		const { engine } = await judged(new Map([[isolate, mine]]), "13");
		const named = [...(engine?.yours ?? []), ...(engine?.reference ?? [])];
		expect(named).toContain("11-volumes");
		expect(named).toEqual([...new Set(named)]);
	});

	test("an earlier module that no longer works is not this lesson's fault", async () => {
		const mine = await files.write("02-unshare/isolate.ts", "const = 1;");
		await expect(judged(new Map([[isolate, mine]]))).rejects.toMatchObject({
			kind: "usage",
			message: expect.stringContaining("02-unshare/isolate.ts:1"),
			next: "npx drydock check 02-unshare",
		});
	});
});
