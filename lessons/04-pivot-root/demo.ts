import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A root with no way out",
	minutes: 7,
	views: ["mounts", "answers"],
	steps: [
		{
			narration:
				"The host has a secret file, and a chroot does not protect it: in the last lesson, we broke out of one.",
			stage: "host",
			command: `echo "the host's secret" > /secret; chroot /lab/rootfs busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../.. && usr/bin/busybox cat secret'`,
			look: "The rootfs is part of the host's directory tree, so a process can climb up to the host's files. Now we take that tree away.",
			promises: ["the host's secret"],
		},
		{
			narration: "Paths lead through the mounts of a mount table. unshare gives this shell a mount table of its own.",
			stage: "container",
			command: "unshare --mount sh",
			look: "The new table is a copy of the host's. unshare(1) also makes the copied mounts private; the system call does not.",
			promises: [],
		},
		{
			narration:
				"pivot_root exchanges mounts, and the rootfs is only a directory. We bind it to itself: then it is a mount, too.",
			stage: "container",
			command: "mount --bind /lab/rootfs /lab/rootfs; cd /lab/rootfs; findmnt --noheadings --output TARGET /lab/rootfs",
			look: "The rootfs has a line of its own now.",
			promises: ["/lab/rootfs"],
		},
		{
			narration: "Does the host see that mount?",
			stage: "host",
			command: "findmnt /lab/rootfs || echo 'the host has no such mount'",
			look: "No. If the mounts were still shared, the host would see it, too.",
			promises: ["the host has no such mount"],
		},
		{
			narration:
				"Now the exchange: the rootfs becomes the root, and the old root is mounted on top of it. We detach the old root, and start a shell from the rootfs.",
			stage: "container",
			command: "pivot_root . .; umount -l .; exec busybox sh",
			look: "The first two of these steps are system calls, and lines in your module.",
			promises: [],
		},
		{
			narration: "What is left of the host's mounts?",
			stage: "container",
			command: "mount -t proc proc /proc; cat /proc/self/mountinfo",
			look: "Two lines: the rootfs, and the /proc that we have just mounted. None of the host's mounts is left.",
			promises: ["/lab/rootfs / ", " /proc "],
		},
		{
			narration: "Now the same break-out once more.",
			stage: "container",
			command:
				"busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; bin/busybox ls; bin/busybox cat secret'",
			look: "It climbs to the top, as before. But now the top is the rootfs.",
			promises: ["can't open 'secret'"],
		},
		{
			narration: "What does the host see?",
			stage: "host",
			command: "cat /secret; findmnt /lab/rootfs || echo 'nothing mounted'",
			look: "The host still has its secret, and none of the container's mounts.",
			promises: ["the host's secret\\s+nothing mounted"],
		},
	],
});
