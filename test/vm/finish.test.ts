import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { lessons, moduleOf } from "../../harness/judge/lessons.ts";
import { drydockIn } from "../support/command.ts";
import { finishItems } from "../support/items.ts";
import { expectResult, isTried, TRIED_LESSONS } from "../support/plan.ts";
import { temporary } from "../support/temporary.ts";
import { logbookWith, passedRecord, workspaceIn } from "../support/workspace.ts";

const TIMEOUT_MS = 900_000;
const files = await temporary();
afterAll(() => files.remove());

/** A workspace whose owner has passed all lessons with the reference's modules, except that some differ. */
async function passedWorkspace(contents: Record<string, string>): Promise<string> {
	const all = await lessons();
	const modules = all.map(async (lesson) => {
		const path = join(lesson.id, await moduleOf(lesson));
		return [path, contents[path] ?? (await readFile(inKit("solutions", path), "utf8"))] as const;
	});
	const book = logbookWith(Object.fromEntries(all.map(({ id }) => [id, passedRecord()])));
	return workspaceIn(files.dir, book, Object.fromEntries(await Promise.all(modules)));
}

const FIRST = "01-process/process.ts";
const IMAGE = "09-scratch/image.ts";

/** For each track, a module that does nothing any more, and what the finish then says about its lesson. */
const WRONG: Readonly<Record<string, { module: string; text: string; wanted: string }>> = {
	"1": {
		module: "02-unshare/isolate.ts",
		text: "export function isolate() {}\n",
		wanted: 'the line "web-1"',
	},
	"2": {
		module: "16-seccomp/filter.ts",
		text: "export function installFilter() {}\n",
		wanted: "exit code 1",
	},
};

// Each is an item with a record, because a finish plays for minutes, and always the same for the same engine.
const ITEMS = (await Promise.all(TRIED_LESSONS.map(finishItems))).filter((items) => items !== null);

describe.each(ITEMS)("the finish of the track that ends with $right.lesson", ({ right, wrong, number }) => {
	test.runIf(isTried(right))(
		"[right modules, one prints, one makes a system call] passes, and shows its last text",
		{
			timeout: TIMEOUT_MS,
		},
		async () => {
			const first = await readFile(inKit("solutions", FIRST), "utf8");
			const image = await readFile(inKit("solutions", IMAGE), "utf8");
			const dir = await passedWorkspace({
				[FIRST]: `${first}\nconsole.log("debug print");\n`,
				[IMAGE]: `import { getpid } from "#kernel";\nexport const pid = () => getpid();\n${image}`,
			});
			const { code, stdout } = await drydockIn(dir, "finish", String(number));
			expect(stdout).toContain("passed  all of it");
			expect(stdout).not.toContain("✗");
			expect(stdout).toContain("What you built");
			const document = async (command: string) => JSON.parse((await drydockIn(dir, command, "--json")).stdout);
			expect((await document("list")).tracks).toContainEqual(expect.objectContaining({ number, finished: true }));
			expectResult(right, code === 0 ? "passes" : "fails");
		},
	);

	test.runIf(isTried(wrong))(
		"[a module that does nothing any more] fails, and names the lesson",
		{
			timeout: TIMEOUT_MS,
		},
		async () => {
			const { module, text, wanted } = WRONG[number] as (typeof WRONG)[string];
			const lesson = dirname(module);
			const dir = await passedWorkspace({ [module]: text });
			const { code, stdout } = await drydockIn(dir, "finish", String(number), "--json");
			const document = JSON.parse(stdout);
			expect(document).toMatchObject({ passed: false, next: `npx drydock check ${lesson} --mine` });
			const failed = document.steps.filter((step: { passed: boolean }) => !step.passed);
			expect(failed).toMatchObject([{ lesson, mismatch: { wanted } }]);
			expectResult(wrong, code === 1 ? "fails" : "passes");
		},
	);
});
