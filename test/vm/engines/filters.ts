import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { boxProgram } from "../../../harness/engine/engine.ts";
import type { Preparation } from "../../../harness/protocol/index.ts";
import { NUMBERS } from "../../../lessons/16-seccomp/numbers.ts";
import { type Answer, longPlan, type Question, questionsFile } from "../../../lessons/16-seccomp/profiles.ts";
import { runScriptWithBox } from "../../support/box.ts";
import { SEED } from "../../support/plan.ts";
import { machines, RUNTIMES } from "./machines.ts";

// System call filters of other engines and ours: the same program makes the same calls, and the kernel says the same.

/** The file with the program that asks, and writes down the answers. See lessons/16-seccomp/ask.asm. */
const ASK = readFileSync(inKit("lessons/16-seccomp/ask.asm"), "utf8");
const ROOTFS = "/lab/web";
/** The answers of a container. It has this directory as /answers. */
const ANSWERS = "/lab/answers";

/**
 * Calls that runc makes between the installation of the filter and execve. Our engine makes none of them there. So the
 * profile allows them.
 */
const NEEDED_BY_RUNC = ["fstatfs", "getdents64", "newfstatat", "close_range"];

/**
 * What libseccomp, which runc and crun use, does in another way. Calls of other architectures end the process, and a rule
 * without conditions wins over rules with conditions for the same call. With us, the profile's first rule that fits wins.
 */
const DIFFERENT_WITH_LIBSECCOMP = ["i386", "x32", "first"];

/** runc answers ENOSYS to every number above all numbers of the profile, so that programs try an older call. */
const HIGHEST = Math.max(...NUMBERS.values());

/** Calls that end the program, wait for ever, or go on elsewhere, whatever their arguments are. */
const NOT_ASKED = ["exit", "exit_group", "pause", "rt_sigreturn", "restart_syscall", "vfork"];

/**
 * What box and podman answer to the calls that their own profiles treat differently. "kernel" stands for what the kernel
 * says to a call that is allowed: here, root's call with arguments of all ones.
 */
const DIFFERENT_BY_DEFAULT: Readonly<Record<string, readonly string[]>> = {
	// As Docker, box refuses with EPERM. podman's profile says ENOSYS to calls that it does not name.
	"box EPERM, podman ENOSYS": [
		...["_sysctl", "add_key", "afs_syscall", "create_module", "get_kernel_syms", "getpmsg", "io_uring_enter"],
		...["io_uring_register", "io_uring_setup", "listmount", "personality", "putpmsg", "request_key", "security"],
		...["set_mempolicy_home_node", "statmount", "tuxcall", "vserver"],
	],
	// podman trusts namespaces and capabilities where Docker and box also close the call.
	"box EPERM, podman kernel": [
		...["clone", "fsconfig", "get_mempolicy", "keyctl", "mbind", "modify_ldt", "mount", "mount_setattr", "open_tree"],
		...["process_vm_readv", "process_vm_writev", "set_mempolicy", "setns", "umount2", "unshare"],
	],
	// No filter can read clone3's flags. podman does not refuse the flags of clone either.
	"box ENOSYS, podman kernel": ["clone3"],
	// Calls for which every process has the right. podman's profile names them as refused.
	"box kernel, podman EPERM": [
		...["cachestat", "futex_requeue", "futex_wait", "futex_waitv", "futex_wake", "io_pgetevents"],
		...["landlock_restrict_self", "map_shadow_stack", "process_madvise", "vmsplice"],
	],
	// Newer than podman's list.
	"box kernel, podman ENOSYS": ["lsm_get_self_attr", "lsm_list_modules", "lsm_set_self_attr", "mseal"],
};
const IN_WORDS: Readonly<Record<Answer, string>> = { "0001": "EPERM", "0026": "ENOSYS" };

/** A plan in whose profile each of these calls is one of several in a list; the plan's profile then allows them. */
function planWith(allowed: readonly string[]): { profile: string; questions: Question[] } {
	for (let seed = SEED; ; seed++) {
		const { profile, questions } = longPlan(seed % 2 ** 31);
		if (allowed.some((name) => profile.includes(`["${name}"]`))) continue;
		const others = allowed.reduce(
			(text, name) => text.replaceAll(new RegExp(`,"${name}"|"${name}",`, "g"), ""),
			profile,
		);
		const rule = JSON.stringify({ names: allowed, action: "SCMP_ACT_ALLOW" });
		return {
			profile: others.replace('"syscalls":[', `"syscalls":[${rule},`),
			questions: questions.filter(
				({ name, subject, number }) =>
					!allowed.includes(name) && !DIFFERENT_WITH_LIBSECCOMP.includes(subject) && number <= HIGHEST,
			),
		};
	}
}

/** Makes the program that asks these questions, in the image. */
const program = (questions: readonly Question[]): Preparation[] => [
	{ do: "copy", from: "/lab/rootfs", to: ROOTFS },
	{ do: "write", path: "/lab/questions", encoding: "base64", text: questionsFile(questions).toString("base64") },
	{ do: "write", path: "/lab/ask.asm", text: ASK },
	{ do: "directory", path: ANSWERS },
	{ do: "directory", path: `${ROOTFS}/answers` },
	{
		...{ do: "run" },
		argv: [
			"sh",
			"-c",
			`cd /lab && nasm -f bin -o ${ROOTFS}/ask ask.asm && chmod 755 ${ROOTFS}/ask && chmod 777 ${ANSWERS}`,
		],
	},
];

// Reports the answers of the container NAME.
const REPORT = `answers() { report "$1" "$(cat ${ANSWERS}/"$1"-*)"; }\n`;

/** The answer to each question. @throws {Error} not all questions were asked */
function answersOf(questions: readonly Question[], text: string | undefined): Record<string, Answer> {
	expect(text?.length).toBe(4 * questions.length);
	return Object.fromEntries(
		questions.map(({ name, args }, index) => [
			`${index} ${name} ${args.join()}`,
			text?.slice(4 * index, 4 * index + 4) ?? "",
		]),
	);
}

describe("filters", () => {
	test("a profile has the same effect in box, runc and crun", async () => {
		const { profile, questions } = planWith(NEEDED_BY_RUNC);
		const config = (name: string) => `{
			"ociVersion": "1.0.2",
			"process": { "user": { "uid": 1000, "gid": 0 }, "args": ["/ask", "done", "/answers/${name}-0"], "env": ["PATH=/bin"],
				"cwd": "/", "noNewPrivileges": true },
			"root": { "path": "${ROOTFS}" },
			"mounts": [
				{ "destination": "/proc", "type": "proc", "source": "proc" },
				{ "destination": "/answers", "type": "bind", "source": "${ANSWERS}", "options": ["bind", "rw"] }
			],
			"linux": { "namespaces": [{ "type": "pid" }, { "type": "mount" }, { "type": "ipc" }], "seccomp": ${profile} }
		}`;
		const names = RUNTIMES.map((runtime) => runtime[0].split("/").at(-1) ?? "");
		const theirs = RUNTIMES.map(
			(
				runtime,
				index,
			) => `${runtime.join(" ")} run --bundle /lab/${names[index]} ${names[index]} < /dev/null 2>&1 >/lab/out | head -n 3 > /lab/error
				[ -s /lab/error ] && report "${names[index]}'s error" "$(tr '\\n\\t' '  ' < /lab/error)"; answers ${names[index]}`,
		);
		const got = await runScriptWithBox(
			machines,
			await boxProgram(new Map()),
			`${REPORT} box run --user 1000 --security-opt seccomp=/lab/profile.json -v ${ANSWERS}:/answers ${ROOTFS} /ask done /answers/box-0 < /dev/null > /lab/out
			answers box\n${theirs.join("\n")}`,
			{
				prepare: [
					...program(questions),
					{ do: "write", path: "/lab/profile.json", text: profile },
					...names.map((name): Preparation => ({ do: "write", path: `/lab/${name}/config.json`, text: config(name) })),
				],
			},
		);
		const ours = answersOf(questions, got["box"]);
		for (const name of names)
			expect(answersOf(questions, got[name]), JSON.stringify(got[`${name}'s error`])).toEqual(ours);
	}, 900_000);

	test("box's own profile differs from podman's in these calls only", async () => {
		const all = 2n ** 64n - 1n;
		const questions = [...NUMBERS]
			.filter(([name]) => !NOT_ASKED.includes(name))
			.map(
				([name, number]): Question => ({
					...{ subject: "default", name, number, kind: ["fork", "clone", "clone3"].includes(name) ? 2 : 0 },
					...{ args: Array.from({ length: 6 }, () => all), wanted: [] },
				}),
			);
		const got = await runScriptWithBox(
			machines,
			await boxProgram(new Map()),
			`${REPORT} box run -v ${ANSWERS}:/answers ${ROOTFS} /ask done /answers/box-0 < /dev/null > /lab/out; answers box
			podman run --rm --network none --cgroups=disabled --log-driver none -v ${ANSWERS}:/answers --rootfs ${ROOTFS}:O /ask done /answers/podman-0 < /dev/null > /lab/out 2> /lab/error
			answers podman`,
			{ prepare: program(questions) },
		);
		const [ours, theirs] = [answersOf(questions, got["box"]), answersOf(questions, got["podman"])];
		const different = new Map<string, string[]>();
		for (const [index, { name }] of questions.entries()) {
			const [mine, other] = [ours, theirs].map((answers) => Object.values(answers)[index] ?? "");
			if (mine === undefined || other === undefined || mine === other) continue;
			const kind = `box ${IN_WORDS[mine] ?? "kernel"}, podman ${IN_WORDS[other] ?? "kernel"}`;
			different.set(kind, [...(different.get(kind) ?? []), name].sort());
		}
		expect(Object.fromEntries(different)).toEqual(DIFFERENT_BY_DEFAULT);
	}, 900_000);
});
