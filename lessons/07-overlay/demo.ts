import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Many containers, one image: overlay",
	minutes: 6,
	views: ["layers", "mounts"],
	steps: [
		{
			narration: "Two containers on one root directory. The first one leaves a note and removes a file.",
			stage: "host",
			command: `unshare --mount chroot /lab/rootfs sh -c 'echo "buy milk" >/root/notes; rm /etc/group'`,
			look: "Nothing is printed: it was allowed to do all this.",
			promises: [],
		},
		{
			narration: "The second one starts from the same image. Or so we thought.",
			stage: "host",
			command: "unshare --mount chroot /lab/rootfs sh -c 'cat /root/notes; ls /etc'",
			look: "It reads the note of a stranger, and /etc/group is gone. The image itself is spoilt.",
			promises: ["buy milk", "passwd"],
			note: "Ask who would copy the image for every container, and how long that takes with a gigabyte.",
		},
		{
			narration: "Now an image that nobody writes to, with an overlay over it: one lower layer, one upper layer.",
			stage: "host",
			command:
				"mkdir -p image/etc image/srv upper work merged && echo 'Welcome!' | tee image/etc/motd image/etc/issue image/srv/index && mount -t overlay overlay -o lowerdir=image,upperdir=upper,workdir=work merged && find merged -type f",
			look: "All three files are seen in merged. None has been copied.",
			promises: ["merged/etc/motd", "merged/etc/issue", "merged/srv/index"],
		},
		{
			narration: "We write to one of them. Where does that go?",
			stage: "host",
			command: "echo 'Mind the step.' >>merged/etc/motd; tail -n 3 upper/etc/motd image/etc/motd",
			look: "The kernel has copied the file to upper first: copy-up. The image has its one line still.",
			promises: ["upper/etc/motd <==\\nWelcome!\\nMind the step\\.", "image/etc/motd <==\\nWelcome!"],
		},
		{
			narration: "And how does one delete a file that must not be touched?",
			stage: "host",
			command: "rm merged/etc/issue; ls merged/etc; ls -l --time-style=+ upper/etc",
			look: "In upper there is a character device 0, 0: a whiteout. It says that there is nothing below.",
			promises: ["c-{9} .* 0, 0 +issue"],
		},
		{
			narration: "A directory that is removed and made anew must be empty, though the one below is not.",
			stage: "host",
			command:
				"rm -r merged/srv; mkdir merged/srv; ls merged/srv; busybox getfattr -n trusted.overlay.opaque upper/srv",
			look: "The directory in upper is opaque: an extended attribute says so.",
			promises: ['trusted\\.overlay\\.opaque="y"'],
		},
		{
			narration: "The next container: the same image, and an upper layer of its own.",
			stage: "host",
			command:
				"umount merged; mkdir upper2 work2; mount -t overlay overlay -o lowerdir=image,upperdir=upper2,workdir=work2 merged; find merged -type f; cat merged/etc/motd",
			look: "As on the first day. A container costs what it has written, and no more.",
			promises: ["merged/etc/issue", "merged/srv/index", "Welcome!"],
		},
		{
			narration: "Nothing goes away by itself: a mount outlives whoever made it.",
			stage: "host",
			command: "umount merged; rm -r upper2 work2 merged; ls",
			look: "Unmounted first, removed second. The other way round, rm would work its way through the mount.",
			promises: ["image", "upper"],
		},
	],
});
