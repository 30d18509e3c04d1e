import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Files that outlive a container: volumes",
	minutes: 7,
	views: ["volumes", "mounts", "layers"],
	steps: [
		{
			narration: "The host has a secret. And here is an image that somebody else has packed, with a link in it.",
			stage: "host",
			command:
				'mkdir -p /srv/private data && echo "for the host alone" >/srv/private/key; echo hello >data/note; cp -a /lab/rootfs image && mkdir -p image/srv/private && ln -s /srv/private image/cache; ls -l image/cache',
			look: "For a process in the container, the link leads to a directory of the image.",
			promises: ["cache -> /srv/private"],
		},
		{
			narration: "We want a volume at /cache/new. So the engine makes the directory that is missing, and mounts there.",
			stage: "host",
			command: "mkdir image/cache/new && mount --bind data image/cache/new; ls /srv/private",
			look: "The mount is on the host! The engine resolves the link, and the engine's root is the host's.",
			promises: ["key\\s+new"],
		},
		{
			narration: "A new volume is for /cache. The engine fills it with what the image has at /cache.",
			stage: "host",
			command:
				"umount /srv/private/new; rmdir /srv/private/new; mkdir volume image/mail; mount --bind volume image/mail; cp -a image/cache/. image/mail; cat volume/key",
			look: "The host's secret, ready for the container. The image decides what the engine copies.",
			promises: ["for the host alone"],
		},
		{
			narration: "The finished engine resolves each target as the container would: with openat2 and RESOLVE_IN_ROOT.",
			stage: "container",
			command:
				"umount image/mail; box run -it -v $PWD/data:/cache/new -v $PWD/data:/look:ro -v mail:/etc --tmpfs /scratch image sh",
			look: "The link leads to /srv/private in the container. /cache/new and /look are the same directory; /etc is a volume with a name; /scratch is in memory.",
			promises: [],
		},
		{
			narration: "And the host's own directory?",
			stage: "host",
			command: "ls /srv/private",
			look: "Nothing is new there. The host's mount table has none of these mounts.",
			promises: ["key"],
		},
		{
			narration: "We write in one place, and try it in the other.",
			stage: "container",
			command: "echo inside >/cache/new/answer; echo x >/look/answer; cat /look/answer",
			look: "It is one file. Read-only is a property of the mount, and not of the file.",
			promises: ["Read-only file system", "inside"],
		},
		{
			narration: "A second container, with the same volume in another place. Can the volume be removed meanwhile?",
			stage: "host",
			command: "box volume rm mail; box run -it -v mail:/mail /lab/rootfs sh",
			look: "While a container has the volume, it is not removed. Two lines lead to it now.",
			promises: ["in use"],
		},
		{
			narration: "The second container leaves a note.",
			stage: "host",
			command: 'echo "see you later" >/mail/motd; exit',
			look: "The second container is gone, and the note is in the volume.",
			promises: [],
		},
		{
			narration: "The first one finds it, and ends as well.",
			stage: "container",
			command: "cat /etc/motd; exit",
			look: "The upper layer, the tmpfs and all mounts are gone.",
			promises: ["see you later"],
		},
		{
			narration: "What is left?",
			stage: "host",
			command: "cat data/answer; box volume ls; box volume rm mail; box volume ls",
			look: "The container's file, and the volume. Nobody uses it now, so it can be removed.",
			promises: ["inside", "mail"],
		},
	],
});
