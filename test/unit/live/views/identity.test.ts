import { expect, test } from "vitest";
import { differenceText, identityOf } from "../../../../harness/live/views/identity.ts";
import { identityInWords } from "../../../../harness/live/views/identity-in-words.ts";
import { identitySeen, latestChanges, plainView } from "../../../support/recorded-demos.ts";

const kinds = identitySeen("identity");

test("user namespaces: their changes as sentences", () => {
	expect(latestChanges(identityOf, kinds).filter((change) => !change.includes("back in"))).toEqual([
		"User id 1000 is alice on the host and in the container.",
		"The container's shell is in a user namespace that has no map yet: every user is shown there as nobody.",
		"The container's shell is user 0 (root) in its user namespace, and user 0 (root) on the host.",
		"The container's shell is user 65534 (nobody) in its user namespace, and user 0 (root) on the host.",
	]);
});

test("a map of 500 numbers is one range in each map, and root in the container is alice on the host", () => {
	const mapped = kinds.findIndex(({ view }) => view.shells["container"]?.identity?.uidMap[0]?.length === 500);
	const { maps, users, ownNamespace } = identityOf(kinds.slice(0, mapped + 1));
	const ranges = [{ inside: { first: 0, last: 499 }, outside: { first: 1_000, last: 1_499 } }];
	expect(maps).toEqual([
		{ of: "users", ranges, identical: false },
		{ of: "groups", ranges, identical: false },
	]);
	expect(ownNamespace).toBe(true);
	expect(users.map(({ inside, outside }) => [inside.id, inside.name, outside.id, outside.name])).toEqual([
		[65_534, "nobody", 0, "root"],
		[0, "root", 1_000, "alice"],
	]);
});

test("lesson 09's demo: one number, two names", () => {
	const cook = identitySeen("cook");
	expect(identityOf(cook).latestChange).toBe("User id 1000 is alice on the host, and cook in the container.");
	const { maps, users, ownNamespace } = identityOf(cook);
	expect([ownNamespace, maps.every(({ identical }) => identical)]).toEqual([false, true]);
	expect(users.map(({ isShell, differs, outside }) => [outside.name, isShell, differs])).toContainEqual([
		"alice",
		false,
		true,
	]);
});

test("what differs between the two sides is said in words", () => {
	const texts = identityInWords(identityOf(identitySeen("cook")));
	expect(texts).toContain("1000 (cook) in the container is 1000 (alice) on the host (same id, other name)");
	const pair = (inside: [number, string], outside: [number, string]) =>
		differenceText({
			inside: { id: inside[0], name: inside[1] },
			outside: { id: outside[0], name: outside[1] },
		});
	expect(pair([0, "root"], [1_000, "alice"])).toBe("other id, other name");
	expect(pair([0, "root"], [1_000, "root"])).toBe("same name, other id");
	expect(pair([0, "root"], [0, "root"])).toBe("");
});

test("an older recording has no maps", () => {
	expect(identityOf([{ atMs: 0, view: plainView }])).toEqual({
		maps: [],
		users: [],
		ownNamespace: false,
		latestChange: "",
		changedUser: null,
	});
});
