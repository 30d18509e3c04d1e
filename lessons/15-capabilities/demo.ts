import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A part of root's power",
	minutes: 6,
	views: ["identity", "answers"],
	steps: [
		{
			narration: "A container as it was until now. --privileged leaves root everything.",
			stage: "container",
			command: "box run -it --privileged /lab/rootfs sh",
			look: "Its own mounts, pids, network. And root.",
			promises: [],
		},
		{
			narration: "A device is a pair of numbers. 254:0 is the host's disk.",
			stage: "container",
			command: "mknod /tmp/disk b 254 0; head -c 1028 /tmp/disk | tail -c 4 | od -t x1",
			look: "Raw bytes of the host's disk: the magic number of its file system. No path and no mount led there.",
			promises: ["e2 e1 f5 e0"],
		},
		{
			narration: "And the clock?",
			stage: "container",
			command: "date -s 2001-01-01",
			look: "There is one clock, for the host and for all containers.",
			promises: ["2001"],
		},
		{
			narration: "What time is it on the host?",
			stage: "host",
			command: "date +%Y",
			look: "2001. No wall so far has stopped this: they change what a process sees, and not what it may do.",
			promises: ["2001"],
		},
		{
			narration: "The kernel does not ask whether a process is root. It asks for capabilities.",
			stage: "container",
			command: "grep Cap /proc/self/status; exit",
			look: "41 bits in three of the five sets: all of root's power.",
			promises: ["CapBnd:\\s+000001ffffffffff"],
		},
		{
			narration: "So let us take some away, by hand: CAP_MKNOD out of the permitted set.",
			stage: "container",
			command: "PLACEHOLDER",
			look: "It is back. For root, execve computes permitted anew: everything in the bounding set.",
			promises: [],
		},
		{
			narration: "The finished engine begins with the bounding set.",
			stage: "container",
			command: "box run -it /lab/rootfs sh",
			look: "Eleven capabilities are left, as in podman.",
			promises: [],
		},
		{
			narration: "The same attempts:",
			stage: "container",
			command: "mknod /tmp/disk b 254 0; mount -t tmpfs none /tmp; date -s 2002-01-01",
			look: "Operation not permitted, three times. And still root: uid 0.",
			promises: ["mknod: .*Operation not permitted", "mount: permission denied"],
		},
		{
			narration: "Another user, with a port below 1024: what is added becomes ambient.",
			stage: "container",
			command: "exit",
			look: "We are back in a shell of the host's.",
			promises: [],
		},
		{
			narration: "The user 1000, and one capability:",
			stage: "container",
			command: "box run -it --user 1000 --cap-add NET_RAW /lab/rootfs grep Cap /proc/self/status",
			look: "Four sets with one bit, and the bounding set with twelve.",
			promises: ["CapAmb:\\s+0000000000002000"],
		},
	],
});
