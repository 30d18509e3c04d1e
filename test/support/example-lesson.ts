import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A complete lesson about a small primitive, with the fewest files that an author must write. */
const LESSON = {
	"lessons/99-example/README.md": `# 99 · Where it begins: chdir

**Goal:** the command that \`box\` runs begins in the directory that it was asked for.

## Break it

Ask the container's command where it is: it is in its root directory, whatever the image is for.

## Words

- **current directory**: where a process's relative paths start; \`chdir(2)\`

## Do

1. \`TODO(99.1)\` go to the directory.

## Check

\`\`\`console
$ cd /etc && pwd
/etc
\`\`\`

## Explore

Which processes inherit the directory?

## Read

\`chdir(2)\`
`,
	"lessons/99-example/hints.md": `## 1

What does a relative path start at?

## 2

\`chdir(2)\`, DESCRIPTION

## 3

\`chdir(directory)\`
`,
	"lessons/99-example/begin-in.ts": `/** Makes this process, and the command that it becomes, begin in a directory of the container. */
export function beginIn(_directory: string): void {
	// TODO(99.1) go to the directory
}
`,
	"lessons/99-example/check.ts": `import { BOX, commandAt, DURING, defineCheck } from "../../harness/judge/index.ts";

export default defineCheck({
	module: "begin-in.ts",
	exported: "beginIn",
	weight: 10,
	groups: [{ title: "a current directory of its own", points: 8, facts: ["command.directory"] }],
	lessonSummary: "A current directory is a process's own, and execve keeps it.",
	draw: (random) => ({ hostname: random.hostname() }),
	scenario: ({ hostname = "" }) => ({
		does: "ran sh in /etc of the container",
		prepare: [],
		calls: { [BOX]: { options: { hostname, rootfs: "/lab/rootfs", init: true, workdir: "/etc" } } },
	}),
	derive: (observation) => ({ "command.directory": commandAt(observation, DURING)?.cwd ?? null }),
	facts: [
		{
			fact: "command.directory",
			madeOf: "kernel",
			what: "the directory that the command begins in",
			explain: [
				{
					diagnosis: "not-there",
					why: "/proc/PID/cwd is not the directory that was asked for.",
					try: "Call chdir in the process that becomes the command.",
					see: ["chdir(2)"],
				},
			],
		},
	],
	exceptions: [],
});
`,
	"lessons/99-example/demo.ts": `import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Where it begins",
	minutes: 1,
	steps: [
		{
			narration: "box has an option from this lesson.",
			stage: "host",
			command: "box run --workdir /etc /lab/rootfs pwd",
			look: "It begins in /etc.",
			promises: ["/etc"],
		},
	],
});
`,
	"solutions/99-example/begin-in.ts": `import { chdir } from "#kernel";

/** Makes this process, and the command that it becomes, begin in a directory of the container. */
export function beginIn(directory: string): void {
	chdir(directory);
}
`,
	"solutions/99-example/options.json": `{ "workdir": { "value": "DIR", "help": "the directory that it begins in" } }
`,
	"solutions/99-example/part.ts": `import { part } from "../part.ts";
import { beginIn } from "./begin-in.ts";
import options from "./options.json";

/** The directory that the command begins in. */
part<{ workdir: string }>({
	when: "workdir",
	options,
	readOptions: (given) => {
		const [workdir] = given("workdir");
		return workdir === undefined ? {} : { workdir };
	},
	enter: ({ workdir }) => beginIn(workdir),
});
`,
	"test/submissions/99-example/skeleton": "not-there\n",
	"test/submissions/99-example/right/twice.ts": `import { chdir } from "#kernel";

export function beginIn(directory: string): void {
	chdir("/");
	chdir(directory);
}
`,
	"test/submissions/99-example/wrong/another.ts": `// diagnosis: not-there
import { chdir } from "#kernel";

export function beginIn(_directory: string): void {
	chdir("/tmp");
}
`,
};

/** The line of the engine's list after which the lesson's own line is added. */
const LINE_BEFORE = 'import "./05-pid1/part.ts";\n';
const ADDED_LINE = 'import "./99-example/part.ts";\n';

/** Adds the lesson to a copy of the kit: the lesson's folders, and a line in the engine's list. */
export async function addExampleLesson(kit: string): Promise<void> {
	for (const [path, text] of Object.entries(LESSON)) {
		await mkdir(dirname(join(kit, path)), { recursive: true });
		await writeFile(join(kit, path), text);
	}
	const list = await readFile(join(kit, "solutions/box.ts"), "utf8");
	if (!list.includes(LINE_BEFORE)) throw new Error(`solutions/box.ts does not have ${LINE_BEFORE}`);
	await writeFile(join(kit, "solutions/box.ts"), list.replace(LINE_BEFORE, LINE_BEFORE + ADDED_LINE));
}
