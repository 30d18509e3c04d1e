import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Files that outlive a container: volumes",
	minutes: 6,
	views: ["mounts", "layers"],
	steps: [
		{
			narration: "The host has a secret. And here is an image that somebody else has packed, with a link in it.",
			stage: "host",
			command:
				'mkdir -p /srv/private && echo "for the host alone" >/srv/private/key; cp -a /lab/rootfs image && mkdir -p image/srv/private && ln -s /srv/private image/cache; ls -l image/cache',
			look: "For a process in the container, the link leads to a directory of the image.",
			promises: ["cache -> /srv/private"],
		},
		{
			narration: "We want a volume at /cache/new. So the engine makes the directory that is missing.",
			stage: "host",
			command: "mkdir -p image/cache/new; ls /srv/private",
			look: "The directory is on the host! The engine resolves the link, and the engine's root is the host's.",
			promises: ["key\\s+new"],
		},
		{
			narration: "A new volume is filled with what the image has at its place.",
			stage: "host",
			command: "mkdir volume && cp -a image/cache/. volume; cat volume/key; rm -r volume /srv/private/new",
			look: "The host's secret, ready for the container. The image decides what the engine copies.",
			promises: ["for the host alone"],
		},
		{
			narration: "The finished engine resolves each target as the container would: with openat2 and RESOLVE_IN_ROOT.",
			stage: "host",
			command:
				"mkdir data && echo hello >data/note; box run -v $PWD/data:/cache/new image ls /srv/private/new; ls /srv/private",
			look: "The volume is where the link leads in the container. On the host, nothing is new.",
			promises: ["note", "key"],
		},
		{
			narration: "Now a container that stays: a directory of the host to write in, and the same one to read only.",
			stage: "container",
			command: "box run -it -v $PWD/data:/data -v $PWD/data:/look:ro -v mail:/etc --tmpfs /scratch /lab/rootfs sh",
			look: "Four mounts more, in this container alone. The host's mount table has none of them.",
			promises: [],
		},
		{
			narration: "We write in one place, and try it in the other.",
			stage: "container",
			command: "echo inside >/data/answer; echo x >/look/answer; cat /look/answer",
			look: "It is one file. Read-only is a property of the mount, and not of the file.",
			promises: ["Read-only file system", "inside"],
		},
		{
			narration: "What does the host see?",
			stage: "host",
			command: "cat data/answer; box volume ls; box volume rm mail",
			look: "The container's file, and a volume with a name. While the container runs, the volume is not removed.",
			promises: ["inside", "mail", "in use"],
		},
		{
			narration: "The container leaves a note in the volume, and ends.",
			stage: "container",
			command: 'echo "see you later" >/etc/motd; exit',
			look: "The upper layer, the tmpfs and all mounts are gone.",
			promises: [],
		},
		{
			narration: "Another container gets the same volume, in another place.",
			stage: "host",
			command: "box run -v mail:/mail /lab/rootfs cat /mail/motd; box volume rm mail; box volume ls",
			look: "The volume outlived its container. Nobody uses it now, so it can be removed.",
			promises: ["see you later"],
		},
	],
});
