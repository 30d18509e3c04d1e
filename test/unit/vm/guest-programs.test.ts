import { readdir, readFile } from "node:fs/promises";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { inKit, kitDir } from "../../../harness/base/kit.ts";
import { INSPECTIONS } from "../../../harness/readings/inspection.ts";
import { bundlePrograms } from "../../../harness/vm/image/guest-programs.ts";

const { programs } = await bundlePrograms();

// Otherwise a new label would make every recorded result unproven: what runs in the guest and what judges are parts of
// a record's key.
test.each([
	["the guest's programs contain", () => Object.values(programs).join("\n")],
	["the code that judges contains", judgingCode],
])("%s nothing that only `drydock inspect` shows", async (_, codeOf) => {
	const names = (await readdir(inKit("harness/readings"))).filter((name) => name.endsWith(".ts"));
	const texts = await Promise.all(names.map((name) => readFile(inKit("harness/readings", name), "utf8")));
	const parts = texts.flatMap((text) => text.match(/\b\w+Inspection(?=: Inspection<)|\bsection: ".+"/g) ?? []);
	expect(parts).toHaveLength(2 * INSPECTIONS.length);
	const code = await codeOf();
	expect(parts.filter((part) => code.includes(part))).toEqual([]);
});

// esbuild writes a module's path above its code.
test("the guest's programs contain no schema with which the host checks what the guest sends", () => {
	const paths = Object.values(programs).flatMap((text) => text.match(/(?<=^\/\/ )harness\/.+\.ts$/gm) ?? []);
	expect(paths).toContain("harness/protocol/frames.ts");
	for (const path of ["readings/index.ts", "readings/network.ts", "protocol/observation.ts", "protocol/guest-frame.ts"])
		expect(paths).not.toContain(`harness/${path}`);
});

async function judgingCode(): Promise<string> {
	const { outputFiles } = await build({
		absWorkingDir: kitDir,
		entryPoints: ["harness/judge/judge.ts"],
		bundle: true,
		write: false,
		platform: "node",
		format: "esm",
		packages: "external",
		external: ["../../lessons/*"],
	});
	return outputFiles[0]?.text ?? "";
}
