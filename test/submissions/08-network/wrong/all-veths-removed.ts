// diagnosis: host-links-lost
// misconception: 17
import { closeSync } from "node:fs";
import { connectWith, links, removeBridge, removeLink, removeTable } from "../../support/network.ts";

// With the last container, whatever looks like a cable goes.
function end(name: string, inside: number): void {
	removeTable(name);
	removeLink(name);
	removeBridge();
	if (!links().includes("box0")) removeLink("lan0");
	closeSync(inside);
}

export const connect = connectWith({ remove: end, undo: end });
