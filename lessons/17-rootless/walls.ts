import type { FactRule } from "../../harness/judge/index.ts";

/** The rules about what the commands may do, and what is left. */

export const wallRules: FactRule[] = [
	{
		fact: "powers",
		madeOf: "kernel",
		what: "what root may do inside, and what the host refuses",
		followsFrom: ["user.namespace", "user.ids", "owners", "user.maps"],
		isConsequence: ({ facts }) => [facts["powers"] ?? []].flat().some((power) => String(power).endsWith("not tried")),
		explain: [
			{
				diagnosis: "powers-changed",
				why: ({ facts, process }) =>
					`The check found: ${[facts["powers"] ?? []].flat().join("; ")}. execve gives root all capabilities that are in its bounding set (CapBnd), which is ${process?.credentials.boundingSet}. In this lesson, root keeps all of them: they count only for what belongs to the container's namespaces.`,
				try: "Drop no capabilities, and leave the root directory, the cgroup and the network to the engine.",
				see: ["capabilities(7)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "zombies",
		madeOf: "kernel",
		what: "zombies while the commands run",
		explain: [
			{
				diagnosis: "helper-not-reaped",
				why: "A process has ended, and its parent has not waited for it: state Z. It stays as long as its parent, here as long as the container runs.",
				try: "Call waitpid for the helper, and in the helper for newuidmap and newgidmap.",
				see: ["waitpid(2), NOTES", "proc_pid_stat(5)"],
			},
		],
	},
	{
		fact: "left",
		madeOf: "files",
		what: "files of the user's, and cgroups, that are left on the host",
		explain: [
			{
				diagnosis: "files-left",
				why: ({ facts }) =>
					`These were not there before the run: ${[facts["left"] ?? []].flat().join(", ")}. What the engine makes for a container, it removes at the end. Possible causes: your code has made them; the engine did not get to its end.`,
				try: "Two processes can tell each other something by a pipe, which leaves no file.",
				see: ["pipe(7)", "user_namespaces(7)"],
			},
		],
	},
];
