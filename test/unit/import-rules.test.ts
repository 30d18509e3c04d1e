import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { inKit, kitDir } from "../../harness/base/kit.ts";
import { type RefusedImport, refusedImports, TREES } from "../support/import-rules.ts";

/** An import: the importing file, and the imported path in the kit, `node:NAME` or `npm:NAME`. */
type Example = readonly [from: string, to: string];

const FORBIDDEN: readonly Example[] = [
	["native/mounts.ts", "harness/protocol/index.ts"],
	["native/mounts.ts", "npm:valibot"],
	["solutions/04-pivot-root/enter-root.ts", "native/library.ts"],
	["solutions/02-unshare/isolate.ts", "solutions/04-pivot-root/enter-root.ts"],
	["solutions/02-unshare/isolate.ts", "lessons/02-unshare/isolate.ts"],
	["solutions/04-pivot-root/enter-root.ts", "solutions/part.ts"],
	["solutions/04-pivot-root/part.ts", "solutions/02-unshare/isolate.ts"],
	["solutions/given/tar.ts", "solutions/box.ts"],
	["lessons/02-unshare/isolate.ts", "solutions/02-unshare/isolate.ts"],
	["lessons/02-unshare/isolate.ts", "lessons/04-pivot-root/enter-root.ts"],
	["lessons/09-scratch/image.ts", "solutions/part.ts"],
	["lessons/09-scratch/image.ts", "lessons/09-scratch/elf.ts"],
	["lessons/02-unshare/check.ts", "harness/judge/facts.ts"],
	["lessons/02-unshare/check.ts", "lessons/02-unshare/isolate.ts"],
	["lessons/02-unshare/check.ts", "lessons/02-unshare/driver.ts"],
	["lessons/02-unshare/any-name.ts", "lessons/03-chroot/break-out.ts"],
	["lessons/02-unshare/any-name.ts", "native/kernel.ts"],
	["lessons/02-unshare/demo.ts", "harness/vm/machine-pool.ts"],
	["lessons/02-unshare/driver.ts", "harness/judge/index.ts"],
	["harness/readings/index.ts", "harness/readings/guest/network.ts"],
	["harness/readings/index.ts", "harness/protocol/index.ts"],
	["harness/readings/guest/probe.ts", "harness/guest/play.ts"],
	["harness/readings/guest/probe.ts", "harness/vm/qemu.ts"],
	["harness/readings/guest/probe.ts", "npm:valibot"],
	["harness/guest/play.ts", "harness/vm/qemu.ts"],
	["harness/guest/play.ts", "npm:valibot"],
	["harness/guest/play.ts", "harness/protocol/frames.ts"],
	["harness/protocol/index.ts", "harness/base/failure.ts"],
	["harness/protocol/run.ts", "harness/base/failure.ts"],
	["harness/protocol/run.ts", "node:fs"],
	["harness/base/lock.ts", "harness/protocol/index.ts"],
	["harness/base/lock.ts", "harness/vm/machine.ts"],
	["harness/engine/pack.ts", "harness/judge/lessons.ts"],
	["harness/judge/judge.ts", "harness/protocol/observation.ts"],
	["harness/judge/judge.ts", "lessons/02-unshare/check.ts"],
	["harness/judge/judge.ts", "solutions/box.ts"],
	["harness/vm/machine.ts", "native/kernel.ts"],
	["harness/vm/machine.ts", "npm:ffi-rs"],
	["harness/learner/course.ts", "harness/cli/text/terminal.ts"],
	["harness/classroom/grading/grader.ts", "solutions/box.ts"],
	["harness/classroom/results/result.ts", "harness/classroom/grading/grader.ts"],
	["harness/cli/learn/check.ts", "harness/readings/guest/mountinfo.ts"],
	["harness/cli/learn/check.ts", "harness/guest/play.ts"],
	["harness/cli/learn/check.ts", "harness/cli/session/session.ts"],
	["harness/cli/text/ask.ts", "test/support/import-rules.ts"],
	["harness/live/machine/demo-in-machine.ts", "harness/live/page/main.ts"],
	["harness/live/page/main.ts", "harness/live/machine/demo-in-machine.ts"],
	["harness/live/page/main.ts", "node:fs"],
	["harness/live/views/limits.ts", "harness/live/page/elements.ts"],
	["harness/live/views/limits.ts", "node:fs"],
	["harness/new-folder/a.ts", "harness/base/lock.ts"],
];

const ALLOWED: readonly Example[] = [
	["solutions/04-pivot-root/enter-root.ts", "solutions/02-unshare/isolate.ts"],
	["lessons/04-pivot-root/enter-root.ts", "lessons/02-unshare/isolate.ts"],
	["lessons/02-unshare/check.ts", "lessons/02-unshare/any-name.ts"],
	["lessons/02-unshare/any-name.ts", "harness/judge/index.ts"],
	["lessons/02-unshare/any-name.ts", "npm:valibot"],
	["lessons/02-unshare/driver.ts", "native/kernel.ts"],
	["lessons/02-unshare/driver.ts", "solutions/part.ts"],
	["solutions/04-pivot-root/part.ts", "solutions/part.ts"],
	["harness/guest/play.ts", "harness/readings/guest/probe.ts"],
	["harness/judge/judge.ts", "harness/protocol/index.ts"],
	["harness/judge/judge.ts", "node:fs"],
	["native/library.ts", "npm:ffi-rs"],
];

/** Every form of import. Each imports a file of `harness/vm/`, which the guest may not import. */
const FORMS = [
	'import "../vm/effect.ts";',
	'import type { A } from "../vm/type.ts";',
	'import { type B } from "../vm/inline-type.ts";',
	'import {\n\tc,\n} from "../vm/lines.ts";',
	'export * from "../vm/all.ts";',
	'export type { D } from "../vm/type-again.ts";',
	"import e from '../vm/quotes.ts';",
	'export async function f() {\n\treturn [await import("../vm/dynamic.ts"), c, e];\n}',
];

const IN_FORMS = FORMS.map((form) => `harness/${/vm\/.*\.ts/.exec(form)?.[0]}`);
const CIRCLE = {
	"harness/judge/one.ts": 'import type { Other } from "./other.ts";\nexport type One = Other;\n',
	"harness/judge/other.ts": 'import type { One } from "./one.ts";\nexport type Other = One[];\n',
};

const forbidden = await refusedOf(FORBIDDEN, {
	"harness/guest/forms.ts": FORMS.join("\n"),
	...Object.fromEntries(IN_FORMS.map((path) => [path, "export default 1;\n"])),
	...CIRCLE,
});
// A separate kit: together with the forbidden imports, these would form cycles.
const allowed = await refusedOf(ALLOWED);

test("no file of the kit breaks an import rule or imports itself in a circle", { timeout: 60_000 }, async () => {
	const { refused, files } = await refusedImports(kitDir);
	expect(files).toEqual(expect.arrayContaining(await sources()));
	expect(refused.map(({ from, to, rule }) => `${from} → ${to}, against: ${rule}`)).toEqual([]);
});

test.each(FORBIDDEN)("%s may not import %s", (from, to) => {
	const rules = forbidden.filter((one) => one.from === from && isNamed(to, one.to)).map(({ rule }) => rule);
	expect(rules.filter((rule) => rule !== "no cycles")).toHaveLength(1);
});

test.each(ALLOWED)("%s may import %s", (from, to) => {
	expect(allowed.filter((one) => one.from === from && isNamed(to, one.to))).toEqual([]);
});

test("every form of import is recognized", () => {
	const seen = forbidden.filter(({ from }) => from === "harness/guest/forms.ts").map(({ to }) => to);
	expect(seen.sort()).toEqual(IN_FORMS.toSorted());
});

test("a circle is refused, even one of types", () => {
	const cycles = forbidden.filter(({ rule }) => rule === "no cycles").map(({ from }) => from);
	expect(cycles).toContain("harness/judge/one.ts");
});

// The tool that reads the imports does not see such an import.
test("no type contains an import of a module", async () => {
	const texts = await Promise.all((await sources()).map((path) => readFile(inKit(path), "utf8")));
	const inTypes = /\btypeof import\(|\bimport\(["'][^"']*["']\)\.(?!then\b)\w+/;
	expect(texts.flatMap((text) => inTypes.exec(text)?.[0] ?? [])).toEqual([]);
});

async function sources(): Promise<string[]> {
	const lists = TREES.map(async (tree) =>
		(await readdir(inKit(tree), { recursive: true })).map((name) => `${tree}/${name}`),
	);
	return (await Promise.all(lists)).flat().filter((path) => path.endsWith(".ts"));
}

/** The refused imports of a kit that contains only these imports and files. */
async function refusedOf(
	imports: readonly Example[],
	files: Readonly<Record<string, string>> = {},
): Promise<RefusedImport[]> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-import-rules-"));
	const texts = new Map(Object.entries(files));
	const add = (path: string, text: string) => texts.set(path, `${texts.get(path) ?? ""}${text}`);
	add("package.json", '{ "type": "module" }');
	for (const [from, to] of imports) {
		if (to.startsWith("npm:")) add(`node_modules/${to.slice(4)}/index.js`, "");
		else if (!to.startsWith("node:")) add(to, "");
		add(from, `import ${JSON.stringify(specifier(from, to))};\n`);
	}
	try {
		for (const [path, text] of texts) {
			await mkdir(join(dir, dirname(path)), { recursive: true });
			await writeFile(join(dir, path), text);
		}
		return (await refusedImports(dir)).refused;
	} finally {
		await rm(dir, { recursive: true });
	}
}

function specifier(from: string, to: string): string {
	if (to.startsWith("npm:")) return to.slice(4);
	return to.startsWith("node:") ? to : `./${relative(dirname(from), to)}`;
}

/** Whether a refused import is the one that the example names. */
function isNamed(to: string, seen: string): boolean {
	if (to.startsWith("npm:")) return seen.startsWith(`node_modules/${to.slice(4)}/`);
	return seen === to.replace("node:", "");
}
