import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { inKit, kitDir, readText } from "../harness/base/kit.ts";
import { KIT_NAMES } from "../harness/classroom/hand-outs/kits.ts";
import { faultsOf } from "./support/prose.ts";

/**
 * A part of `npm run lint`: prints each fault in the kit's texts, or in the texts that are given, and exits with 1 if
 * there are any. cspell checks the spelling.
 */

const lessons = (await readdir(inKit("lessons"))).filter((name) => /^\d\d-/.test(name));
const texts = [
	...["README.md", "CONTRIBUTING.md", "test/hostile/README.md"],
	...KIT_NAMES.map((kit) => `harness/classroom/kits/${kit}/README.md`),
	...lessons.flatMap((lesson) => [`lessons/${lesson}/README.md`, `lessons/${lesson}/hints.md`]),
];
const given = process.argv.slice(2);
for (const text of given.length > 0 ? given : texts) {
	for (const { line, message } of faultsOf(await readText(resolve(kitDir, text)))) {
		console.error(`${text}:${line}: ${message}`);
		process.exitCode = 1;
	}
}
