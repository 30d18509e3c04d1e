import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "What every program expects",
	minutes: 6,
	views: ["mounts", "answers"],
	steps: [
		{
			narration:
				"A container with a /proc of its own. It shows only the container's processes. But most of /proc is about the kernel.",
			stage: "container",
			command: "unshare --pid --fork --mount chroot /lab/rootfs sh",
			look: "This shell has its own pids, its own mounts, its own root.",
			promises: [],
		},
		{
			narration: "From inside, we say what the kernel does when a program crashes.",
			stage: "container",
			command: `mount -t proc proc /proc; echo "|/root/spy" > /proc/sys/kernel/core_pattern`,
			look: "No error.",
			promises: [],
		},
		{
			narration: "What does the host say?",
			stage: "host",
			command: "cat /proc/sys/kernel/core_pattern; echo core > /proc/sys/kernel/core_pattern",
			look: "The host's kernel would start that program, as root. There is no namespace for this setting.",
			promises: ["\\|/root/spy"],
		},
		{
			narration: "So we make the directory read-only. A bind mount first, because read-only is a flag of a mount.",
			stage: "container",
			command: "mount -o bind,ro /proc/sys /proc/sys; echo x > /proc/sys/kernel/core_pattern",
			look: "It still works! This mount passes both flags in one call, and the kernel ignores the second one, without an error.",
			promises: [],
		},
		{
			narration: "It takes a second call, which changes the flags of a mount that exists.",
			stage: "container",
			command: "mount -o remount,bind,ro /proc/sys; echo x > /proc/sys/kernel/core_pattern",
			look: "Read-only file system. That is the wall.",
			promises: ["Read-only file system"],
		},
		{
			narration: "Now the devices. The obvious mount:",
			stage: "container",
			command: "mount -t devtmpfs dev /dev; ls -l /dev/vda",
			look: "The host's disk. devtmpfs is one directory for the whole kernel.",
			promises: ["254,"],
		},
		{
			narration: "An engine takes an empty tmpfs instead, and makes each device by its numbers.",
			stage: "container",
			command: "umount /dev; mount -t tmpfs dev /dev; mknod -m 666 /dev/null c 1 3; ls -l /dev",
			look: "One device, the one that we have made.",
			promises: ["1, +3 .*null"],
		},
		{
			narration: "A container of the finished engine has all of that.",
			stage: "host",
			command: "box run /lab/rootfs sh -c 'ls /dev; echo x > /proc/sys/kernel/core_pattern'",
			look: "Fourteen names in /dev, and the kernel's settings are read-only.",
			promises: ["urandom", "Read-only file system"],
		},
	],
});
