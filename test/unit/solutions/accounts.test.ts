import { expect, test } from "vitest";
import { parseGroup, parsePasswd } from "../../../solutions/given/accounts.ts";

test("lines of /etc/passwd that are no users are left out: an empty uid must not become 0", () => {
	const text = [
		"root:x:0:0:root:/root:/bin/sh",
		"",
		"# a comment: with: colons:in it",
		"+::::::",
		"empty:x::100::/:/bin/sh",
		"negative:x:-1:100::/:/bin/sh",
		"short:x:5:6",
		":x:7:8::/:/bin/sh",
		"anna:x:1000:100:Anna, 2nd floor:/home/anna:/bin/sh",
	].join("\n");
	expect(parsePasswd(text)).toEqual([
		{ name: "root", uid: 0, gid: 0, home: "/root" },
		{ name: "short", uid: 5, gid: 6, home: "" },
		{ name: "anna", uid: 1000, gid: 100, home: "/home/anna" },
	]);
});

test("a group has the members that its line names, and none if there are none", () => {
	expect(parseGroup("root:x:0:\ncdrom:x:24:ben,anna\nbad:x:zero:anna\nlone:x:7\n")).toEqual([
		{ name: "root", gid: 0, members: [] },
		{ name: "cdrom", gid: 24, members: ["ben", "anna"] },
		{ name: "lone", gid: 7, members: [] },
	]);
});
