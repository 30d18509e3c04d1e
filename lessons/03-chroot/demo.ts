import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "In and out of a chroot",
	minutes: 5,
	views: ["mounts", "answers"],
	steps: [
		{
			narration: "The host has a secret file. A container should see the files of its image, but not this file.",
			stage: "host",
			command: `echo "the host's secret" > /secret; cat /secret`,
			look: "So far, every process on this machine can read the secret.",
			promises: ["the host's secret"],
		},
		{
			narration:
				"An unpacked image is a directory, called a rootfs. chroot makes the rootfs our root: the place where our paths start.",
			stage: "container",
			command: "chroot /lab/rootfs sh",
			look: "The prompt is different: this shell is a program in the rootfs.",
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
			narration: "Perhaps we can simply leave the rootfs with cd.",
			stage: "container",
			command: "cd /../../../..; pwd; ls -d lab || echo 'still inside'",
			look: "At a process's own root, .. stays where it is. There seems to be no way out.",
			promises: ["/\\s", "still inside"],
		},
		{
			narration:
				"But chroot moves the root, and not the current directory. So from inside, we move the root once more, down to /tmp, but keep our current directory. Then we climb with cd.",
			stage: "container",
			command:
				"cd /; busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; usr/bin/busybox ls -d lab; usr/bin/busybox cat secret'",
			look: "We see the host's files, and the secret. On the way up, .. never met our root, because our root was below us.",
			promises: ["lab\\s+the host's secret"],
			note: "Without nsenter, we would have to write a program: nsenter calls chroot for --root, and fchdir for --wd.",
		},
		{
			narration: "With one more chroot at the top, we make the host's root our root again.",
			stage: "container",
			command:
				"busybox nsenter --root=/tmp --wd=/ bin/busybox sh -c 'cd -P ../..; exec usr/bin/busybox chroot . /bin/sh'",
			look: "That was the whole break-out: chroot, climb, chroot.",
			promises: [],
		},
		{
			narration: "Where are we now?",
			stage: "container",
			command: "cat /secret; ls -d /lab/rootfs",
			look: "We are outside the rootfs, and we are root. We could climb out only because the rootfs is part of the host's tree. In lesson 04, the container gets a root that is not.",
			promises: ["the host's secret\\s+/lab/rootfs"],
		},
	],
});
