import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { transform } from "esbuild";
import { hashOf } from "../../harness/base/cache.ts";
import { lessonKey, testFileKey, textsIn } from "../../harness/base/depends-on.ts";
import { inKit, readText } from "../../harness/base/kit.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { guestKey, textsOf, wholeEngine } from "./evidence.ts";
import type { Item } from "./items.ts";

/**
 * Whole test files as items: a test file in `test/vm` that passed is not played again while nothing has changed that it
 * depends on. This is so for files whose tests are about the kit itself. A file that goes through all lessons is played in
 * every run, and so are the files whose tests are items of lessons.
 */
export const TEST_FILES = "test-files";

/** What the host runs, and what tests use. Their files are read without comments. */
const KIT = ["harness", "test/support"];
/** Files of the kit outside of these folders. */
const SETTINGS = ["package.json", "package-lock.json", "vitest.config.ts", "tsconfig.json"];
/** A test file with such a name or call goes through all lessons. */
const PLAYS_ALL_LESSONS = /\blessons\(\)|\bTRIED_LESSONS\b|\w+Items?\(/;
/** A test file with such a name runs the engine, with the modules of all lessons. */
const RUNS_ENGINE = /[bB]ox\b|boxProgram|\/engines\/|pty\.ts/;
/** A lesson's number as tests write it: "02", or in a lesson's id. */
const LESSON_NUMBER = /"(\d\d)"|\b(\d\d)-[a-z]+/g;

/** The test files of `test/vm` that have a record once they have passed. */
export async function testFileItems(): Promise<Item[]> {
	const names = (await readdir(inKit("test/vm"), { recursive: true })).filter((name) => name.endsWith(".test.ts"));
	const items = names.toSorted().map(async (name) => {
		const path = inKit("test/vm", name);
		const text = await readText(path);
		if (PLAYS_ALL_LESSONS.test(text)) return [];
		const subject = {
			file: await ownTexts(text, path),
			lessons: await lessonKeys(text),
			engine: await engineOf(text),
		};
		const key = testFileKey({ guest: await guestKey(), kit: await kitKey(), ...subject });
		return [{ lesson: TEST_FILES, name: `vm/${name}`, key, expected: ["passes"], exactly: true }];
	});
	return (await Promise.all(items)).flat();
}

// The file, the files that it imports, and those in the folder with its name.
async function ownTexts(text: string, path: string): Promise<string[]> {
	const folder = path.replace(/\.test\.ts$/, "");
	const names = await readdir(folder).catch(() => []);
	const beside = names.toSorted().map((name) => codeOf(join(folder, name)));
	return Promise.all([...(await textsOf(text, path)).map((one) => withoutComments(one)), ...beside]);
}

const engineOf = async (text: string) => (RUNS_ENGINE.test(text) ? wholeEngine() : "");

// The keys and demos of the lessons that the test file names. All of them depend on the lessons that test/support names.
async function lessonKeys(text: string): Promise<string[]> {
	const numbers = new Set(numbersIn([text, ...(await textsIn(["test/support"]))]));
	const named = (await lessons()).filter(({ id }) => numbers.has(id.slice(0, 2)));
	return Promise.all(
		named.flatMap(({ id }) => [lessonKey(id), readText(inKit("lessons", id, "demo.ts")).catch(() => "")]),
	);
}

const numbersIn = (texts: string[]) =>
	texts.flatMap((text) => [...text.matchAll(LESSON_NUMBER)].map(([, quoted, inId]) => quoted ?? inId));

let kit: Promise<string> | undefined;
const kitKey = () => {
	kit ??= Promise.all([...KIT.map(codesIn), Promise.all(SETTINGS.map((name) => readText(inKit(name))))]).then(hashOf);
	return kit;
};

// The names and texts of all files in a folder of the kit, and below it.
async function codesIn(folder: string): Promise<string[]> {
	const entries = await readdir(inKit(folder), { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
	return Promise.all(files.toSorted().map(async (file) => `${file.slice(inKit(".").length)}\n${await codeOf(file)}`));
}

const codeOf = async (file: string) =>
	extname(file) === ".ts" ? withoutComments(await readText(file)) : readText(file);

async function withoutComments(text: string): Promise<string> {
	const { code } = await transform(text, { loader: "ts", minifyWhitespace: true, legalComments: "none" });
	return code;
}
