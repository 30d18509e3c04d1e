import { readdir } from "node:fs/promises";
import { Failure } from "../../base/failure.ts";
import { inKit, readText } from "../../base/kit.ts";
import { findLesson, type Lesson, moduleOf, readLesson } from "../../judge/lessons.ts";
import { currentLesson } from "../../learner/course.ts";
import { chosenModule } from "../../learner/module-choice.ts";
import { readLearnersFile } from "../../learner/workspace.ts";
import type { Preparation } from "../../protocol/index.ts";
import { HOW_TO_ESCAPE } from "./raw-terminal.ts";
import { runSession } from "./session.ts";

// The shell's ~/.bashrc. The machine knows few types of terminal. Nearly all others understand the same sequences as an
// xterm. Manual pages are shown outside of the machine.
const BASHRC = `PS1='\\u@\\h:\\w# '
alias ls='ls --color=auto' grep='grep --color=auto' clear='busybox clear'
[ -e "/usr/share/terminfo/\${TERM::1}/$TERM" ] || export TERM=xterm-256color
man() { echo "in another terminal: npx drydock man \${*:-PAGE}"; }
`;

/**
 * `drydock shell`: runs a shell on the host of a lesson's machine.
 * @returns the shell's exit code
 * @throws {Failure} usage: the learner's copy of the lesson's module does not exist or cannot be used
 */
export async function shell(id: string | undefined, { solution = false }: { solution?: boolean }): Promise<number> {
	const lesson = id === undefined ? await currentLesson() : await findLesson(id);
	const source = await chosenModule(lesson, { solution });
	return runSession({
		lesson,
		solution,
		argv: ["bash"],
		prepare: [...(await filesOf(lesson, source)), { do: "write", path: "/root/.bashrc", text: BASHRC }],
		greeting: [
			`This is harbour, a virtual machine of your own. Lesson ${lesson.id.slice(0, 2)} is in /root.`,
			`Your engine is box${solution ? " (the reference's)" : ""}: box run /lab/rootfs sh`,
			`Ctrl-D ends it; if nothing answers, ${HOW_TO_ESCAPE}. Its files are not kept.\n`,
		].join("\n"),
	});
}

/**
 * The files of a lesson that the machine has in /root: the lesson's text and the module. If the module uses no system
 * calls, also the files of the kit that it may import, so that Node can run it there.
 * @param source path of the module
 */
export async function filesOf(lesson: Lesson, source: string): Promise<Preparation[]> {
	const module = await readLearnersFile(source).catch((cause: NodeJS.ErrnoException) => {
		throw new Failure("usage", `${source} cannot be read: ${cause.code ?? cause.message}`, undefined, { cause });
	});
	const runsInNode = module.includes('"#box/') && !module.includes('"#kernel"');
	return [
		{ do: "write", path: "/root/README.md", text: await readLesson(lesson) },
		{ do: "write", path: `/root/${await moduleOf(lesson)}`, text: module },
		...(runsInNode ? await givenFiles() : []),
	];
}

async function givenFiles(): Promise<Preparation[]> {
	const names = await readdir(inKit("solutions/given"));
	const files = names.map(
		async (name): Promise<Preparation> => ({
			do: "write",
			path: `/root/given/${name}`,
			text: await readText(inKit("solutions/given", name)),
		}),
	);
	const manifest = JSON.stringify({ type: "module", imports: { "#box/*": "./given/*.ts" } });
	return [
		{ do: "directory", path: "/root/given" },
		{ do: "write", path: "/root/package.json", text: manifest },
		...(await Promise.all(files)),
	];
}
