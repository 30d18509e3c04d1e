import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Fewer system calls",
	minutes: 5,
	views: ["capabilities", "answers", "identity"],
	steps: [
		{
			narration: "A container without a filter, and in it an ordinary user.",
			stage: "container",
			command: "box run -it --user 1000 --security-opt seccomp=unconfined /lab/rootfs sh",
			look: "User 1000: no capability, nothing to mount.",
			promises: [],
		},
		{
			narration: "But every user may make a user namespace, and be root there.",
			stage: "container",
			command: "unshare -rm sh -c 'id -u; mount -t tmpfs none /tmp && echo mounted'",
			look: "Root over nothing. But it calls code of the kernel that only root could call before.",
			promises: ["^0", "mounted"],
		},
		{
			narration: "How many different system calls does a program need?",
			stage: "host",
			command: "strace -f -qq -o calls busybox ls / >/dev/null; sed 's/^[0-9]* *//; s/(.*//' calls | sort -u | wc -l",
			look: "Some twenty. The kernel has more than 370, and each one is a door.",
			promises: ["^[12]\\d\\b"],
		},
		{
			narration: "Back to the host.",
			stage: "container",
			command: "exit",
			look: "The same container once more, now with the finished engine's filter.",
			promises: [],
		},
		{
			narration: "The engine's own profile: a list of what is allowed.",
			stage: "container",
			command: "box run -it --user 1000 /lab/rootfs sh",
			look: "The filter came last. It would have refused mount and setresuid to the engine, too.",
			promises: [],
		},
		{
			narration: "The same attempt.",
			stage: "container",
			command: "unshare -rm id -u",
			look: "EPERM, before the kernel has looked at the call.",
			promises: ["Operation not permitted"],
		},
		{
			narration: "What does the kernel say of this process?",
			stage: "container",
			command: "grep -E 'NoNewPrivs|Seccomp_filters' /proc/self/status",
			look: "One filter of the engine's, and one that all programs of this machine have. Nobody can remove either.",
			promises: ["NoNewPrivs:\\s+1", "Seccomp_filters:\\s+2"],
		},
		{
			narration: "Back to the host, for a profile of our own.",
			stage: "container",
			command: "exit",
			look: "It will refuse mkdir with the error of a full disk, and end whoever makes a symbolic link.",
			promises: [],
		},
		{
			narration: "The form is that of the OCI. podman and Docker read it, too.",
			stage: "host",
			command:
				'echo \'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":28},{"names":["symlink"],"action":"SCMP_ACT_KILL"}]}\' > full.json',
			look: "Error 28 is ENOSPC.",
			promises: [],
		},
		{
			narration: "A directory, please.",
			stage: "host",
			command: "box run --security-opt seccomp=full.json /lab/rootfs mkdir /tmp/x",
			look: "The disk is not full. A filter may choose any error.",
			promises: ["No space left on device"],
		},
		{
			narration: "And a link.",
			stage: "host",
			command: "box run --security-opt seccomp=full.json /lab/rootfs ln -s a /tmp/b; echo $?",
			look: "159 is 128 + 31: SIGSYS. The program had no time to say anything.",
			promises: ["159"],
		},
		{
			narration: "But the kernel has written it down.",
			stage: "host",
			command: "dmesg | grep -o 'comm=\"ln\".*' | cut -c 1-78",
			look: "Which program, which architecture, which number: 88, symlink.",
			promises: ['comm="ln"', "syscall=88"],
		},
	],
});
