import { readFileSync } from "node:fs";
import { defineDemo } from "../../harness/judge/index.ts";

const HELLO = readFileSync(new URL("hello.asm", import.meta.url), "utf8");

export default defineDemo({
	title: "An image from nothing",
	minutes: 7,
	views: ["identity", "mounts"],
	steps: [
		{
			narration: "We make a container's root by hand. It holds a shell, and nothing else. The shell does not start.",
			stage: "host",
			command:
				"mkdir -p /lab/tiny/bin && cp /usr/bin/dash /lab/tiny/bin/sh && ls -l /lab/tiny/bin; chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "No such file or directory, for a file that ls has just listed. Ask the audience which file is missing.",
			promises: ["rwxr-xr-x .* sh", "'/bin/sh': No such file or directory"],
		},
		{
			narration: "The error is about another file. The program's own file names it.",
			stage: "host",
			command: "readelf --program-headers /usr/bin/dash | grep interpreter",
			look: "The kernel opens this interpreter to start the shell. It does not exist in the new root.",
			promises: ["interpreter: /lib64/ld-linux-x86-64\\.so\\.2"],
		},
		{
			narration: "We copy the interpreter into the root.",
			stage: "host",
			command:
				"mkdir /lab/tiny/lib64 && cp /lib64/ld-linux-x86-64.so.2 /lab/tiny/lib64/; chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "Another error, from another program: now the loader runs, and does not find a library.",
			promises: ["error while loading shared libraries: libc\\.so\\.6"],
		},
		{
			narration: "We do not copy the library. The host has it, and a bind mount shows it in a second place.",
			stage: "host",
			command:
				"mkdir -p /lab/tiny/lib/x86_64-linux-gnu && mount --bind /lib/x86_64-linux-gnu /lab/tiny/lib/x86_64-linux-gnu && chroot /lab/tiny /bin/sh -c 'echo it runs'",
			look: "The shell runs. But it depends on the host's library. An image would bring its own.",
			promises: ["it runs"],
		},
		{
			narration: "Now a program that needs no other file. With its file header, it is one page of assembler.",
			stage: "host",
			command: `cat > /tmp/hello.asm <<'END' && nasm -f bin -o /tmp/hello /tmp/hello.asm && chmod +x /tmp/hello && stat -c '%s bytes' /tmp/hello\n${HELLO}END`,
			look: "198 bytes. The header alone is 64 of them.",
			promises: ["198 bytes"],
			note: "The page is lessons/09-scratch/hello.asm. Show it beside the shell.",
		},
		{
			narration: "This file is the whole file system of the next container.",
			stage: "host",
			command: "mkdir /lab/hello && cp /tmp/hello /lab/hello/ && ls /lab/hello && chroot /lab/hello /hello < /dev/null",
			look: "No shell, no library, no /etc: this is what FROM scratch means.",
			promises: ["Hello from an empty root\\."],
		},
		{
			narration: "Somebody changes one letter. The directory looks as before, and the program still runs.",
			stage: "host",
			command:
				"sed -i s/Hello/Jello/ /lab/hello/hello && ls /lab/hello && chroot /lab/hello /hello < /dev/null; sha256sum /tmp/hello /lab/hello/hello",
			look: "The digests differ. An image names its parts by their digests, so an engine that opens the image can compare.",
			promises: ["Jello from", "d6133c53[0-9a-f]+ +/tmp/hello", "b967f28e[0-9a-f]+ +/lab/hello/hello"],
		},
		{
			narration:
				"The last question: who owns a file? Alice has the number 1000 on the host, and owns a file in a container's root: bread.",
			stage: "host",
			command:
				"echo 'alice:x:1000:1000::/:/bin/sh' >> /etc/passwd; echo 'cook:x:1000:1000::/:/bin/sh' >> /lab/rootfs/etc/passwd; touch /lab/rootfs/bread; chown alice /lab/rootfs/bread; stat -c '%u %U' /lab/rootfs/bread",
			look: "The kernel stores only the number. stat looked the name up in the host's /etc/passwd.",
			promises: ["1000 alice"],
		},
		{
			narration: "The container has its own /etc/passwd. We enter the container.",
			stage: "container",
			command: "chroot /lab/rootfs sh",
			look: "This shell has another root, and so another /etc/passwd.",
			promises: [],
		},
		{
			narration: "Who owns the file here?",
			stage: "container",
			command: "stat -c '%u %U' /bread",
			look: "One number, two names: the kernel knows only the number.",
			promises: ["1000 cook"],
		},
	],
});
