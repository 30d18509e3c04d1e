import type { FactRule } from "../../harness/judge/index.ts";
import { NOT_RUN } from "./facts.ts";

/** The rules about what the commands must not reach, what works nevertheless, and what is left. */

const HOST_IDS = ["user.namespace", "user.maps", "user.ids"];

export const wallRules: FactRule[] = [
	{
		fact: "walls.file",
		madeOf: "files",
		what: "a file that only the host's root may read, read by root inside",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "file-read",
				why: "The command has read the file through a volume. It belongs to 0 on the host, and nobody else may read it. A capability counts for files whose owner and group have numbers in the user namespace, and the host's 0 must have none.",
				try: "Map only the caller's own id and the ranges.",
				see: ["user_namespaces(7)", "capabilities(7)"],
			},
		],
	},
	{
		fact: "walls.mount",
		madeOf: "files",
		what: "a read-only mount of the host's, made writable by root inside",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "mount-changed",
				why: "The command has remounted a volume that the host has read-only, and has written a file there. When a mount is copied to the mount namespace of another user namespace, the kernel locks such flags. So this copy was made in a mount namespace that belongs to the host's user namespace.",
				try: "Call unshare(CLONE_NEWNS) in the new user namespace.",
				see: ["mount_namespaces(7)"],
			},
		],
	},
	{
		fact: "alone.signal",
		madeOf: "kernel",
		what: "SIGKILL for a process of the host's root, sent by root inside",
		followsFrom: HOST_IDS,
		isConsequence: ({ facts }) => facts["alone.signal"] === NOT_RUN,
		explain: [
			{
				diagnosis: "process-killed",
				why: "The second container shares the host's pids, and its command has killed a process of the host's root. CAP_KILL counts for processes of the same user namespace and of those below it.",
				try: "Map only the caller's own id and the ranges, and let the command be root inside.",
				see: ["kill(2)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "works.overlay",
		madeOf: "kernel",
		what: "the file system of the command's root",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "no-overlay",
				why: "The command's root is not the overlay that lesson 07 mounts.",
				try: "Leave the command's root to the engine.",
				see: ["user_namespaces(7)"],
			},
		],
	},
	{
		fact: "works.cgroup",
		madeOf: "kernel",
		what: "the command's cgroup",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "another-cgroup",
				why: ({ facts, drawn }) =>
					`/proc/PID/cgroup of the command is ${facts["works.cgroup"]}. Root has handed /${drawn["cgroup"]} over to the user, and the engine has made a cgroup for the container there.`,
				try: "Leave the cgroup to the engine: write to no cgroup.procs.",
				see: ["cgroups(7)"],
			},
		],
	},
	{
		fact: "works.network",
		madeOf: "kernel",
		what: "the command's network",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "another-network",
				why: ({ facts }) =>
					`The command's network: ${facts["works.network"]}. The engine gives a user's container a network namespace of its own, with lo only.`,
				try: "Leave the network to the engine.",
				see: ["network_namespaces(7)"],
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
		fact: "left.files",
		madeOf: "files",
		what: "what is left of the containers' own files on the host",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "files-left",
				why: ({ facts }) =>
					`In the user's directory for box, these are left: ${[facts["left.files"] ?? []].flat().join(", ")}. The engine removes them at its end, in the namespaces where it has made them. Possible causes: the engine did not get to its end; it was not root in the namespace any more.`,
				try: "Let the process that returns from enterUserNamespace stay root inside.",
				see: ["user_namespaces(7)"],
			},
		],
	},
	{
		fact: "left.cgroups",
		madeOf: "kernel",
		what: "how many cgroups are left",
		followsFrom: HOST_IDS,
		explain: [
			{
				diagnosis: "cgroups-left",
				why: "The container's cgroup is still there. The engine removes it at its end. Possible cause: the engine did not get to its end.",
				try: "Let the process that returns from enterUserNamespace go on as the engine, or wait for the process that does.",
				see: ["cgroups(7)"],
			},
		],
	},
];
