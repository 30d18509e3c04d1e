import { expect, test } from "vitest";
import { capabilitiesOf, hasCapabilitySets } from "../../../../harness/live/views/capabilities.ts";
import { capabilitiesInWords } from "../../../../harness/live/views/capabilities-in-words.ts";
import { namesText } from "../../../../harness/live/views/capability-changes.ts";
import { plainView } from "../../../support/recorded-demos.ts";
import { withChangedView } from "../../../support/recorded-views.ts";
import { capabilitiesSeen } from "../../../support/seen-capabilities.ts";

const moments = await capabilitiesSeen();
const pastAt = (wanted: string) => moments.find(({ name }) => name === wanted)?.past ?? [];
const pictureAt = (wanted: string) => capabilitiesOf(pastAt(wanted));

test("each change as a sentence", () => {
	expect(moments.map(({ past }) => capabilitiesOf(past).latestChange)).toEqual([
		"",
		"The container's shell has lost 30 capabilities in its permitted, effective and bounding sets.",
		"The container's shell has 2 seccomp filters, before 1. no_new_privs is set: execve grants nothing new.",
		"The container's shell has won 30 capabilities in its permitted, effective and bounding sets. It has 1 seccomp filter, before 2. no_new_privs is not set.",
		"The container's shell has lost all 41 capabilities in its permitted and effective sets.",
		"After execve of ping, the container's shell has won net_raw in its permitted, effective, inheritable and ambient sets.",
	]);
});

test("each set says what it holds, and what the latest change has taken or added", () => {
	const { sets } = pictureAt("root in a container");
	expect(sets.map(({ name, held, lost, won }) => [name, held.length, lost.length, won.length])).toEqual([
		["permitted", 11, 30, 0],
		["effective", 11, 30, 0],
		["inheritable", 0, 0, 0],
		["ambient", 0, 0, 0],
		["bounding", 11, 30, 0],
	]);
	const ambient = pictureAt("execve with an ambient capability").sets.find(({ name }) => name === "ambient");
	expect(ambient).toEqual({ name: "ambient", held: [13], lost: [], won: [13] });
});

test("in words", () => {
	expect(capabilitiesInWords(pictureAt("execve with an ambient capability"))).toEqual([
		"In the container's shell: ping, process 800 on the host, user id 1000",
		"permitted: 0 → 1 of 41: net_raw",
		"effective: 0 → 1 of 41: net_raw",
		"inheritable: 0 → 1 of 41: net_raw",
		"ambient: 0 → 1 of 41: net_raw",
		"bounding: 41 of 41: all 41",
		"no_new_privs: 0; seccomp filters: 1",
		"After execve of ping, the container's shell has won net_raw in its permitted, effective, inheritable and ambient sets.",
	]);
});

test("a set that has nearly all capabilities is told by what it lacks", () => {
	const numbers = Array.from({ length: 41 }, (_, number) => number);
	expect(namesText(numbers, 41)).toBe("all 41");
	expect(namesText(numbers.slice(1), 41)).toBe("all but chown");
	expect(namesText([], 41)).toBe("none");
});

test("a process that has just ended keeps its name", () => {
	const past = withChangedView(pastAt("a user"), (view) => {
		view.shells["container"] = null;
		view.host.tasks = [];
	});
	expect(capabilitiesOf(past).process).toEqual({ pid: 800, name: "capsh", uid: 1_000 });
});

test("an older recording has only two of the sets: nothing is shown", () => {
	expect(hasCapabilitySets(plainView)).toBe(false);
	expect(hasCapabilitySets({ ...plainView, shells: { host: null, container: null } })).toBe(true);
	const picture = capabilitiesOf([{ atMs: 0, view: plainView }]);
	expect([picture.process, picture.sets]).toEqual([null, []]);
	expect(capabilitiesInWords(picture)).toEqual(["The capabilities have not been read yet."]);
});
