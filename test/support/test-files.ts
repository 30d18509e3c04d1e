import { readdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { transform } from "esbuild";
import { hashOf } from "../../harness/base/cache.ts";
import { lessonKey, testFileKey, textsIn } from "../../harness/base/depends-on.ts";
import { inKit, readText } from "../../harness/base/kit.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { guestKey, wholeEngine } from "./evidence.ts";
import type { Item } from "./items.ts";

/**
 * Whole test files as items: a test file in `test/vm` or `test/cli` has a record once it has passed, as long as nothing
 * changes that it depends on. Of the files with a record, `npm test` plays at most a random tenth. Files whose tests are
 * items of lessons have no record, and are played in every run. So are files that go through all lessons and draw what
 * they try.
 */
export const TEST_FILES = "test-files";

/** The folders of test files that have records. */
const FOLDERS = ["vm", "cli"];

/** What the host runs, and what tests use or read. Comments do not count. */
const KIT = ["harness", "solutions/given", "test/support", "test/hostile", "test/recordings", "test/vm"];
/** Files of the kit outside of these folders. */
const SETTINGS = ["package.json", "package-lock.json", "vitest.config.ts", "tsconfig.json"];
/** A text in `KIT` that no test file with a record reads. */
const FOR_READERS = inKit("test/hostile/README.md");
/** What a command may also read. Test files that do not name their lessons depend on all of this. */
const LESSONS = ["lessons", "solutions"];
const SUBMISSIONS = ["test/submissions", "test/mutants"];
const FILES = ["README.md", "CONTRIBUTING.md", "biome.json", "test/prose.ts", "test/run.ts", "test/words.txt"];
/** A test file whose text contains such a call goes through all lessons. */
const GOES_THROUGH_LESSONS = /\blessons\(\)/;
/** The tests of a file whose text contains such a name or call are items of lessons. */
const HAS_ITEMS = /\bTRIED_LESSONS\b|\w+Items?\(/;
/** A test file whose text contains such a call or name draws what it tries. */
const DRAWS = /\bdrawn\(|"fast-check"/;
/** A test file whose text contains such a name runs the engine, with the modules of all lessons. */
const RUNS_ENGINE = /[bB]ox\b|boxProgram|\/engines\/|pty\.ts/;
/** A test file whose text contains such a name reads submissions of the lessons that it names. */
const READS_SUBMISSIONS = /submission/i;
/** A lesson's number as tests write it: "02", or in a lesson's id. */
const LESSON_NUMBER = /"(\d\d)"|\b(\d\d)-[a-z]+/g;

/** The test files that have a record once they have passed. */
export async function testFileItems(): Promise<Item[]> {
	const items = (await Promise.all(FOLDERS.map(namesIn))).flat().map(async (name) => {
		const text = await readText(inKit("test", name));
		const goesThroughLessons = GOES_THROUGH_LESSONS.test(text);
		if (HAS_ITEMS.test(text) || (goesThroughLessons && DRAWS.test(text))) return [];
		const dependsOnAll = goesThroughLessons || name.startsWith("cli/");
		const subject = {
			file: await withoutComments(text),
			lessons: dependsOnAll ? [await everythingKey()] : await lessonKeys(inKit("test", name)),
			engine: dependsOnAll || RUNS_ENGINE.test(text) ? await wholeEngine() : "",
		};
		const key = testFileKey({ guest: await guestKey(), kit: await kitKey(), ...subject });
		return [{ lesson: TEST_FILES, name, key, expected: ["passes"], exactly: true }];
	});
	return (await Promise.all(items)).flat();
}

async function namesIn(folder: string): Promise<string[]> {
	const names = await readdir(inKit("test", folder), { recursive: true });
	const tests = names.filter((name) => name.endsWith(".test.ts"));
	return tests.toSorted().map((name) => `${folder}/${name}`);
}

// What a test file depends on in lessons. All lessons count up to the last one that is named by the test file, or by a
// file of test/ that it imports: a lesson's engine has the modules of the lessons before. Submissions count only if the
// test file itself names their lesson.
async function lessonKeys(file: string): Promise<string[]> {
	const text = await readText(file);
	const own = await lessonsIn(text);
	const last = (await lessonsIn(await textWithImports(file))).at(-1) ?? "";
	const upToLast = (await lessons()).map(({ id }) => id).filter((id) => id <= last);
	const submissions = READS_SUBMISSIONS.test(text) ? own.map((id) => `test/submissions/${id}`) : [];
	return [
		...(await Promise.all(upToLast.map(lessonKey))),
		...(await Promise.all(upToLast.map((id) => readText(inKit("lessons", id, "demo.ts")).catch(() => "")))),
		...(await textsIn(submissions)),
	];
}

// The texts of a file and of all files of test/ that it imports, directly or not.
async function textWithImports(file: string, seen = new Set<string>()): Promise<string> {
	if (seen.has(file) || !file.startsWith(inKit("test/"))) return "";
	seen.add(file);
	// A test may also contain the text of a module that imports others. Those need not exist.
	const text = await readText(file).catch(() => "");
	const imports = [...text.matchAll(/ from "(\.[^"]+\.ts)"/g)].map(([, path = ""]) => join(dirname(file), path));
	return [text, ...(await Promise.all(imports.map((path) => textWithImports(path, seen))))].join("\n");
}

// The ids of the lessons that a text names.
async function lessonsIn(text: string): Promise<string[]> {
	const numbers = new Set([...text.matchAll(LESSON_NUMBER)].map(([, quoted, inId]) => quoted ?? inId));
	return (await lessons()).map(({ id }) => id).filter((id) => numbers.has(id.slice(0, 2)));
}

let kit: Promise<string> | undefined;
const kitKey = () => {
	kit ??= Promise.all([...KIT.map(codesIn), ...SETTINGS.map((name) => codeOf(inKit(name)))]).then(hashOf);
	return kit;
};

let everything: Promise<string> | undefined;
const everythingKey = () => {
	everything ??= Promise.all([
		...LESSONS.map(codesIn),
		textsIn(SUBMISSIONS),
		...FILES.map((name) => readText(inKit(name))),
	]).then(hashOf);
	return everything;
};

// The names and texts of all files in a folder of the kit and below it, except test files and the text for readers.
async function codesIn(folder: string): Promise<string[]> {
	const entries = await readdir(inKit(folder), { recursive: true, withFileTypes: true });
	const others = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"));
	const files = others.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => file !== FOR_READERS);
	return Promise.all(files.toSorted().map(async (file) => `${file.slice(inKit(".").length)}\n${await codeOf(file)}`));
}

const codeOf = async (file: string) =>
	extname(file) === ".ts" ? withoutComments(await readText(file)) : readText(file);

async function withoutComments(text: string): Promise<string> {
	const transformed = transform(text, {
		loader: "ts",
		minifyWhitespace: true,
		legalComments: "none",
		logLevel: "silent",
	});
	// Some hostile programs are no TypeScript.
	return transformed.then(
		({ code }) => code,
		() => text,
	);
}
