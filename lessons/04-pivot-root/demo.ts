import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A root with nothing on the other side",
	minutes: 7,
	views: ["mounts", "answers"],
	steps: [
		{
			narration: "The host has a secret, and a chroot does not keep it: we have broken out of one in the last lesson.",
			stage: "host",
			command: `echo "the host's secret" > /secret; chroot /lab/rootfs busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../.. && usr/bin/busybox cat secret'`,
			look: "The rootfs hangs in the host's tree, so there is something to climb to. Let us take the tree away.",
			promises: ["the host's secret"],
		},
		{
			narration: "All paths hang from the table of mounts. unshare gives this shell a table of its own.",
			stage: "container",
			command: "unshare --mount sh",
			look: "A copy of the host's table, made private: unshare(1) sees to that. The system call would not.",
			promises: [],
		},
		{
			narration: "pivot_root exchanges mounts, and the rootfs is only a directory. Bound to itself, it is both.",
			stage: "container",
			command: "mount --bind /lab/rootfs /lab/rootfs; cd /lab/rootfs; findmnt --noheadings --output TARGET /lab/rootfs",
			look: "It has a line of its own now.",
			promises: ["/lab/rootfs"],
		},
		{
			narration: "Has the host seen that mount?",
			stage: "host",
			command: "findmnt /lab/rootfs || echo 'the host has no such mount'",
			look: "It has not. Had the mounts still been shared, it would be there as well.",
			promises: ["the host has no such mount"],
		},
		{
			narration:
				"Now the exchange: the rootfs becomes the root, and the old root lands on top of it. We detach that, and start a shell of the rootfs.",
			stage: "container",
			command: "pivot_root . .; umount -l .; exec busybox sh",
			look: "Four system calls since the start, and every one of them is a line in your module.",
			promises: [],
		},
		{
			narration: "What is left of the host's mounts?",
			stage: "container",
			command: "mount -t proc proc /proc; cat /proc/self/mountinfo",
			look: "Two lines. One is the rootfs, the other we have just mounted. That is all that there is.",
			promises: ["/lab/rootfs / ", " /proc "],
		},
		{
			narration: "The break-out once more, word for word.",
			stage: "container",
			command:
				"busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; bin/busybox ls; bin/busybox cat secret'",
			look: "It climbs to the top, as it did before. But the top is the rootfs.",
			promises: ["can't open 'secret'"],
		},
		{
			narration: "And the host?",
			stage: "host",
			command: "cat /secret; findmnt /lab/rootfs || echo 'nothing mounted'",
			look: "It has its secret, and has noticed nothing.",
			promises: ["the host's secret\\s+nothing mounted"],
		},
	],
});
