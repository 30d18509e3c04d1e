import { expect, test } from "vitest";
import { volumesOf } from "../../../../harness/live/views/volumes.ts";
import { volumesInWords } from "../../../../harness/live/views/volumes-in-words.ts";
import { plainView } from "../../../support/recorded-demos.ts";
import { volumesSeen } from "../../../support/seen-volumes.ts";

const moments = await volumesSeen();
const pictureAt = (wanted: string) => volumesOf(moments.find(({ name }) => name === wanted)?.past ?? []);

test("each change as a sentence", () => {
	expect(moments.map(({ past }) => volumesOf(past).latestChange)).toEqual([
		"For the host, /srv/private/new is /root/data of the host.",
		"The mount on /srv/private/new on the host is gone; the files stay on the host.",
		"The container's shell has 4 new places with files from elsewhere.",
		"New in /root/data of the host: answer; it is the same directory at 2 places.",
		"For the container in the host's shell, /mail is the volume mail, as /etc is for the container's shell.",
		"4 mounts of the container are gone; the files stay on the host, and what was in memory is lost.",
	]);
});

test("two places with the same files have one source", () => {
	const { users, sources } = pictureAt("a container with four volumes");
	expect(users.map(({ of, targets }) => [of, targets.map((one) => [one.path, one.source, one.readOnly])])).toEqual([
		[
			["container"],
			[
				["/data", "/root/data", false],
				["/look", "/root/data", true],
				["/etc", "/var/lib/box/volumes/mail", false],
				["/scratch", "0:61 /", false],
			],
		],
	]);
	expect(sources.map(({ kind, name, path }) => [kind, name, path])).toEqual([
		["directory", "", "/root/data"],
		["volume", "mail", "/var/lib/box/volumes/mail"],
		["memory", "", ""],
	]);
});

test("a named volume says what was copied from the image, and a new file is marked", () => {
	expect(volumesInWords(pictureAt("a new file in a directory that is at two places"))).toEqual([
		"the container's shell:",
		"  /: changes in upper, over rootfs",
		"  /data: /root/data of the host (read and write)",
		"  /look: /root/data of the host (read only)",
		"  /etc: the volume mail (read and write)",
		"  /scratch: an empty file system in memory (read and write)",
		"/root/data of the host: answer (new) and note",
		"the volume mail: group (copied from the image) and passwd (copied from the image)",
		"an empty file system in memory: empty",
		"New in /root/data of the host: answer; it is the same directory at 2 places.",
	]);
});

test("two containers share a volume", () => {
	const { users } = pictureAt("a second container with the same volume");
	const sharing = users.flatMap(({ of, targets }) =>
		targets.filter(({ source }) => source.endsWith("/mail")).map(({ path }) => [of, path]),
	);
	expect(sharing).toEqual([
		[["host"], "/mail"],
		[["container"], "/etc"],
	]);
});

test("an older recording has no volumes", () => {
	expect(volumesOf([{ atMs: 0, view: plainView }])).toMatchObject({ users: [], sources: [], latestChange: "" });
});
