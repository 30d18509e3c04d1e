import type { FactRule } from "../../harness/judge/index.ts";
import { valuesOf } from "./facts.ts";
import { notFilled } from "./named.ts";

/** The rules about targets that are links in the image, and about descriptors that lead out of the container. */

export const linkRules: FactRule[] = [
	{
		fact: "links.host",
		madeOf: "files",
		what: "what the links of the image have changed on the host",
		explain: [
			{
				when: (context) => valuesOf(context, "links.host").some((change) => change.endsWith("was changed")),
				diagnosis: "link-followed-by-write",
				why: (context) =>
					`On the host: ${valuesOf(context, "links.host").join("; ")}. One of the targets is a link in the image. Your code opened it for writing, changed its mode or owner, or mounted something on it, and the link led to the host's file: the process that resolves it still has the host's root.`,
				try: "Resolve the target with openat2 and RESOLVE_IN_ROOT. Make a file only if nothing is there, with the flag wx.",
				see: ["openat2(2)", "path_resolution(7)"],
			},
			{
				diagnosis: "link-followed-by-mkdir",
				why: (context) =>
					`On the host: ${valuesOf(context, "links.host").join("; ")}. In the image, a part of the target's path is a symbolic link. The process that made the target has the host's root, so the link led to the host's directory.`,
				try: "Resolve each part of the target with openat2 and RESOLVE_IN_ROOT, and make each missing directory as /proc/self/fd/N/NAME, where N is the descriptor of the directory above it.",
				see: ["openat2(2)", "path_resolution(7)"],
			},
		],
	},
	{
		fact: "links.places",
		madeOf: "kernel",
		what: "volumes that the command finds where the image's links lead",
		// If no volume that is a single file was mounted, none is where a link leads.
		followsFrom: ["links.host", "bind.file"],
		accept: (_, { facts }) => facts["bind.directory"] !== "the host's",
		explain: [
			{
				diagnosis: "link-not-followed-inside",
				why: (context) =>
					`Two targets are links in the image, or lead through one. For a process in the container, they lead to a directory and a file of the image, and the volumes belong there. The command finds there: ${valuesOf(context, "links.places").join(", ") || "neither"}. A volume that it does not find there was mounted somewhere else, such as where the link leads on the host, or it was not mounted at all.`,
				try: "openat2(root, target, { flags: O_PATH, resolve: RESOLVE_IN_ROOT }), and mount on /proc/self/fd/N.",
				see: ["openat2(2)"],
			},
		],
	},
	{
		fact: "links.volume",
		madeOf: "files",
		what: "what a named volume with a link as its target was filled with",
		explain: [
			{
				when: ({ facts }) => facts["links.volume"] === "the host's directory",
				diagnosis: "filled-from-the-host",
				why: "The target of this volume is a link in the image. The volume has the files of the directory to which this link leads on the host: they were copied, and the container may read them now. The image decides where its links lead, so any directory of the host could be copied.",
				try: "Resolve the target with openat2 and RESOLVE_IN_ROOT in useVolume, too, and copy from /proc/self/fd/N.",
				see: ["openat2(2)"],
			},
			{
				when: ({ facts }) => [facts["volume.content"] ?? []].flat().length === 0,
				diagnosis: "link-not-filled",
				why: "The target of this volume is a link in the image, which leads to a directory of the image. The volume has none of that directory's files, although another volume was filled.",
				try: "Resolve the target with openat2 and RESOLVE_IN_ROOT, and copy what is there, not the link itself.",
				see: ["openat2(2)"],
			},
			{
				...notFilled,
			},
		],
	},
	{
		fact: "host.reached",
		madeOf: "files",
		what: "what the container reaches by open files of its init",
		explain: [
			{
				diagnosis: "descriptor-left-open",
				why: "The command went through /proc/1/fd: the files that the container's init has open. One of them is a directory of the host, or a directory of the container's root that was opened on the host. From there, .. leads to the host's root.",
				try: "Close each descriptor that mountVolumes opens, and each that useVolume opens except the one that it returns. The processes that are forked later inherit them, and only execve closes them.",
				see: ["proc_pid_fd(5)", "path_resolution(7)"],
			},
		],
	},
];
