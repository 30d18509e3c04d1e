import { readFileSync } from "node:fs";
import { defineDemo } from "../../harness/judge/index.ts";

const HELLO = readFileSync(new URL("hello.asm", import.meta.url), "utf8");

export default defineDemo({
	title: "An image from nothing",
	minutes: 7,
	views: ["identity", "mounts"],
	steps: [
		{
			narration: "This shall be a container's whole file system: one shell, and nothing else. It does not start.",
			stage: "host",
			command:
				"mkdir -p /lab/tiny/bin && cp /usr/bin/dash /lab/tiny/bin/sh && ls -l /lab/tiny/bin; chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "No such file or directory, for a file that has just been listed. Ask the audience what is missing.",
			promises: ["rwxr-xr-x .* sh", "'/bin/sh': No such file or directory"],
		},
		{
			narration: "The error is about another file. The program itself says which one.",
			stage: "host",
			command: "readelf --program-headers /usr/bin/dash | grep interpreter",
			look: "The kernel opens this one to start the shell. In the new root it does not exist.",
			promises: ["interpreter: /lib64/ld-linux-x86-64\\.so\\.2"],
		},
		{
			narration: "We give it its interpreter.",
			stage: "host",
			command:
				"mkdir /lab/tiny/lib64 && cp /lib64/ld-linux-x86-64.so.2 /lab/tiny/lib64/; chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "Another error, by another speaker: now the loader runs, and misses a library.",
			promises: ["error while loading shared libraries: libc\\.so\\.6"],
		},
		{
			narration: "The library is not copied. The host has it, and a bind mount shows it in a second place.",
			stage: "host",
			command:
				"mkdir -p /lab/tiny/lib/x86_64-linux-gnu && mount --bind /lib/x86_64-linux-gnu /lab/tiny/lib/x86_64-linux-gnu && chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "It runs. But only where the host has this very library: an image would bring its own.",
			promises: ["it runs"],
		},
		{
			narration: "Or a program that needs nobody: file header and all, it is one page of assembler.",
			stage: "host",
			command: `cat > /tmp/hello.asm <<'END' && nasm -f bin -o /tmp/hello /tmp/hello.asm && chmod +x /tmp/hello && stat -c '%s bytes' /tmp/hello\n${HELLO}END`,
			look: "198 bytes. The header alone is 64 of them.",
			promises: ["198 bytes"],
			note: "The page is lessons/09-scratch/hello.asm; have it open beside the shell.",
		},
		{
			narration: "This file is the whole file system of the next container.",
			stage: "host",
			command: "mkdir /lab/hello && cp /tmp/hello /lab/hello/ && ls /lab/hello && chroot /lab/hello /hello < /dev/null",
			look: "No shell, no library, no /etc: FROM scratch is exactly this.",
			promises: ["Hello from an empty root\\."],
		},
		{
			narration: "Somebody changes one letter. The directory looks as before, and the program runs as before.",
			stage: "host",
			command:
				"sed -i s/Hello/Jello/ /lab/hello/hello && ls /lab/hello && chroot /lab/hello /hello < /dev/null; sha256sum /tmp/hello /lab/hello/hello",
			look: "Only the digests differ. An image names each of its parts by its digest, and whoever opens it compares.",
			promises: ["Jello from", "d6133c53[0-9a-f]+ +/tmp/hello", "b967f28e[0-9a-f]+ +/lab/hello/hello"],
		},
		{
			narration: "Last, who owns a file? Alice has number 1000 here, and some bread in a container's root.",
			stage: "host",
			command:
				"echo 'alice:x:1000:1000::/:/bin/sh' >> /etc/passwd; echo 'cook:x:1000:1000::/:/bin/sh' >> /lab/rootfs/etc/passwd; touch /lab/rootfs/bread; chown alice /lab/rootfs/bread; stat -c '%u %U' /lab/rootfs/bread",
			look: "The number is in the file. The name is not: stat has looked it up, in the host's list of users.",
			promises: ["1000 alice"],
		},
		{
			narration: "The container has a list of its own. We go there.",
			stage: "container",
			command: "chroot /lab/rootfs sh",
			look: "Another root, and so another /etc/passwd.",
			promises: [],
		},
		{
			narration: "Whose bread is it now?",
			stage: "container",
			command: "stat -c '%u %U' /bread",
			look: "One number, two names: the kernel knows only the number.",
			promises: ["1000 cook"],
		},
	],
});
