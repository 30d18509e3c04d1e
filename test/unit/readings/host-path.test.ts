import { expect, test } from "vitest";
import { hostPathOf } from "../../../harness/readings/mounts.ts";
import { mount } from "../../support/observation.ts";

const host = [
	mount("/"),
	mount("/srv/private/new", { root: "/root/data" }),
	mount("/disk", { device: "254:0", root: "/part" }),
];

test.each([
	["a directory of the root's file system", "0:20", "/root/data", "/root/data"],
	["a directory of a file system of which the host has mounted a part", "254:0", "/part/a", "/disk/a"],
	["that part itself", "254:0", "/part", "/disk"],
	["another part", "254:0", "/parts", null],
	["another file system", "0:99", "/", null],
	["the root itself", "0:20", "/", "/"],
])("the path on the host of %s", (_, device, root, path) => {
	expect(hostPathOf({ device, root }, host)).toBe(path);
});
