import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Many containers, one image: overlay",
	minutes: 6,
	views: ["layers", "mounts"],
	steps: [
		{
			narration: "Two containers use the same root directory. The first one writes a note and removes a file.",
			stage: "host",
			command: `unshare --mount chroot /lab/rootfs sh -c 'echo "buy milk" >/root/notes; rm /etc/group'`,
			look: "There is no error: the container may do all this.",
			promises: [],
		},
		{
			narration: "The second container starts from the same image. But is the image still the same?",
			stage: "host",
			command: "unshare --mount chroot /lab/rootfs sh -c 'cat /root/notes; ls /etc'",
			look: "It reads the first container's note, and /etc/group is gone. The image itself has changed.",
			promises: ["buy milk", "passwd"],
			note: "Ask who would copy the image for every container, and how long a copy of a gigabyte takes.",
		},
		{
			narration:
				"Now we make an image that nobody writes to, and mount an overlay: the image is the lower layer, upper is the upper layer.",
			stage: "host",
			command:
				"mkdir -p image/etc image/srv upper work merged && echo 'Welcome!' | tee image/etc/motd image/etc/issue image/srv/index && mount -t overlay overlay -o lowerdir=image,upperdir=upper,workdir=work merged && find merged -type f",
			look: "merged shows all three files. None of them was copied.",
			promises: ["merged/etc/motd", "merged/etc/issue", "merged/srv/index"],
		},
		{
			narration: "We append a line to one of the files. Where does the kernel write it?",
			stage: "host",
			command: "echo 'Mind the step.' >>merged/etc/motd; tail -n 3 upper/etc/motd image/etc/motd",
			look: "The kernel first copied the file to upper: this is called copy-up. The file in the image still has one line.",
			promises: ["upper/etc/motd <==\\nWelcome!\\nMind the step\\.", "image/etc/motd <==\\nWelcome!"],
		},
		{
			narration: "How does the kernel delete a file that it must not touch?",
			stage: "host",
			command: "rm merged/etc/issue; ls merged/etc; ls -l --time-style=+ upper/etc",
			look: "upper has a character device with the number 0, 0: a whiteout. It hides the file in the image.",
			promises: ["c-{9} .* 0, 0 +issue"],
		},
		{
			narration:
				"We remove a directory, and make it again. The new one must be empty, but the one in the image is not.",
			stage: "host",
			command:
				"rm -r merged/srv; mkdir merged/srv; ls merged/srv; busybox getfattr -n trusted.overlay.opaque upper/srv",
			look: "The directory in upper is opaque: an extended attribute marks it.",
			promises: ['trusted\\.overlay\\.opaque="y"'],
		},
		{
			narration: "The next container uses the same image, and an upper layer of its own.",
			stage: "host",
			command:
				"umount merged; mkdir upper2 work2; mount -t overlay overlay -o lowerdir=image,upperdir=upper2,workdir=work2 merged; find merged -type f; cat merged/etc/motd",
			look: "This container sees the image's files unchanged. A container takes only the space of the files that it has changed.",
			promises: ["merged/etc/issue", "merged/srv/index", "Welcome!"],
		},
		{
			narration: "On the host, a mount does not go away by itself, not even when the process that made it has ended.",
			stage: "host",
			command: "umount merged; rm -r upper2 work2 merged; ls",
			look: "First unmount, then remove. In the other order, rm would delete files through the mount.",
			promises: ["image", "upper"],
		},
	],
});
