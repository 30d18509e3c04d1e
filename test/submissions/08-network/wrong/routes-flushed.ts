// diagnosis: host-links-lost
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, ip, links, removeBridge, removeLink, removeTable } from "../../support/network.ts";

function end(name: string, inside: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	if (!links().includes("box0")) ip("route flush scope link");
	closeSync(inside);
}

export const connect = connectWith({ remove: end, undo: end });
