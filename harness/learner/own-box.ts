import { join } from "node:path";
import { Failure } from "../base/failure.ts";
import { makeDirectories } from "../base/make-directories.ts";
import type { Progress } from "../base/progress.ts";
import { shownPath } from "../base/shown-path.ts";
import { BundleError } from "../engine/bundle.ts";
import { lessonsOfBox } from "../engine/engine.ts";
import { boxOptions } from "../engine/engine-at.ts";
import { packBox } from "../engine/pack.ts";
import { isReplaceable, replaceFile, SEAL_PLACEHOLDER, withSeal } from "../engine/seal.ts";
import { type Lesson, lessons } from "../judge/lessons.ts";
import { editedLessons, editedMessage, passedLessons, passedModules } from "./course.ts";

/** The result of packing the learner's engine. */
export interface OwnBox {
	/** Path of the packed program. */
	program: string;
	/** The ids of the lessons whose modules in the program are the learner's own. */
	yours: string[];
	/** The ids of the other lessons that the engine is made of: their modules in the program are the reference's. */
	others: string[];
	/** The ids of the passed lessons whose modules were left out, because the learner has edited them since. */
	edited: string[];
}

/**
 * Packs the learner's passed modules into a program, and writes a README beside it.
 * @param dir created if it does not exist. A file in it is overwritten only if drydock wrote it and nobody has changed
 * it since. Any other program of that name is an error; any other README stays
 * @throws {Failure} usage: no lesson has passed, a module cannot be bundled any more, or a file is in the way
 */
export async function packOwnBox(dir: string, progress: Progress): Promise<OwnBox> {
	const [all, passed, inBox, edited] = await Promise.all([lessons(), passedLessons(), lessonsOfBox(), editedLessons()]);
	const parts = all.filter(({ id }) => inBox.has(id));
	const yours = parts.filter(({ id }) => passed.has(id) && !edited.has(id));
	const leftOut = parts.filter(({ id }) => passed.has(id) && edited.has(id));
	if (yours.length === 0) {
		const [first] = leftOut;
		if (first === undefined)
			throw new Failure(
				"usage",
				"no lesson has passed yet, so box would contain none of your modules",
				"npx drydock check",
			);
		throw new Failure("usage", editedMessage(first.id), `npx drydock check ${first.id}`);
	}
	const mine = await passedModules();
	const program = join(dir, "box");
	if (!(await isReplaceable(program))) {
		const what = `${shownPath(program)} exists already; drydock did not write it, or it was changed since`;
		throw new Failure("usage", what, "npx drydock box ANOTHER-DIRECTORY");
	}
	const packed = await packBox(mine, progress).catch((error: unknown) => {
		if (!(error instanceof BundleError)) throw error;
		const { message, file, line } = error.diagnostic;
		const what = `${shownPath(file)}:${line}, in a module that has passed, cannot be used any more: ${message}`;
		throw new Failure("usage", what, "npx drydock check", { cause: error });
	});
	await makeDirectories(dir);
	await replaceFile(program, packed, 0o755);
	const others = parts.filter((lesson) => !yours.includes(lesson));
	const readme = join(dir, "README.md");
	if (await isReplaceable(readme)) await replaceFile(readme, withSeal(Buffer.from(readmeOf(yours, others))));
	return { program, yours: lessonIds(yours), others: lessonIds(others), edited: lessonIds(leftOut) };
}

const lessonIds = (of: readonly Lesson[]) => of.map(({ id }) => id);

function readmeOf(yours: readonly Lesson[], others: readonly Lesson[]): string {
	const options = Object.entries(boxOptions()).map(
		([name, { value }]) => `[--${name}${value === undefined ? "" : ` ${value}`}]`,
	);
	const rows = (of: readonly Lesson[]) => of.map(({ title }) => `- ${title}`).join("\n");
	return `# box

A container engine, written one Linux primitive at a time with drydock.

Written by you:

${rows(yours)}
${others.length === 0 ? "" : `\nNot yet written by you, taken from drydock's reference solutions:\n\n${rows(others)}\n`}
## What it does

    sudo ./box run ${options.join(" ")} IMAGE [COMMAND…]
    sudo ./box exec [--help] CONTAINER COMMAND…
    sudo ./box ps
    sudo ./box volume ls

IMAGE is a directory. It contains either an image as lesson 09 builds it, or simply the container's files. The command
gets its own hostname, root, processes, limits, writable layer, network, and terminal. box passes signals on to it, and
exits with the command's exit code. When the command has ended, or box has been killed, only the volumes that have a
name are left of the container. \`./box --help\` explains all commands and options.

To try it without any image, where busybox is installed:

    mkdir -p root/bin root/proc root/dev root/tmp && cp "$(command -v busybox)" root/bin/ && root/bin/busybox --install -s root/bin
    sudo ./box run root sh

## What it needs

- Linux on x86-64 with cgroup v2, a recent kernel, and glibc 2.34 or newer
- Node 20.19 or newer on root's PATH
- the programs ip and nft; busybox (its tar), for images of lesson 09
- root: it makes namespaces, mounts, cgroups and network links

It unpacks itself into /run/box-programs when it is first run. Containers share the kernel with the machine that they
run on, and box sets up neither user namespaces nor system-call filters: run nothing in it that you would not run as root.

<!-- ${SEAL_PLACEHOLDER} -->
`;
}
