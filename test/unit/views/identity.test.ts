import { expect, test } from "vitest";
import { taskIdentity } from "../../../harness/live/views/identity.ts";
import { identitySeen, plainView, saidBy } from "../../support/seen.ts";

const kinds = identitySeen("identity");

test("user namespaces, in sentences", () => {
	expect(saidBy(taskIdentity, kinds).filter((said) => !said.includes("again"))).toEqual([
		"Number 1000 is alice, on the host and in the container.",
		"The container's shell is in a user namespace that has no map yet: there, everybody is nobody.",
		"The container's shell is user 0 (root) in its user namespace, and user 0 (root) on the host.",
		"The container's shell is user 65534 (nobody) in its user namespace, and user 0 (root) on the host.",
	]);
});

test("a map of 500 numbers is a stretch on each ruler, and root in there is alice here", () => {
	const mapped = kinds.findIndex(({ view }) => view.shells["container"]?.identity?.uidMap[0]?.length === 500);
	const { rulers, people, own } = taskIdentity(kinds.slice(0, mapped + 1));
	const stretches = [{ inside: { first: 0, last: 499 }, outside: { first: 1_000, last: 1_499 } }];
	expect(rulers).toEqual([
		{ of: "users", stretches, whole: false },
		{ of: "groups", stretches, whole: false },
	]);
	expect(own).toBe(true);
	expect(people.map(({ inside, outside }) => [inside.id, inside.name, outside.id, outside.name])).toEqual([
		[65_534, "nobody", 0, "root"],
		[0, "root", 1_000, "alice"],
	]);
});

test("lesson 09's demo: one number, two names", () => {
	const cook = identitySeen("cook");
	expect(taskIdentity(cook).said).toBe("Number 1000 is alice on the host, and cook in the container.");
	const { rulers, people, own } = taskIdentity(cook);
	expect([own, rulers.every(({ whole }) => whole)]).toEqual([false, true]);
	expect(people.map(({ self, differs, outside }) => [outside.name, self, differs])).toContainEqual([
		"alice",
		false,
		true,
	]);
});

test("an older recording says nothing of maps", () => {
	expect(taskIdentity([{ atMs: 0, view: plainView }])).toEqual({ rulers: [], people: [], own: false, said: "" });
});
