// A file system in memory that may take all of it. Killing its owner would free nothing.
// Whom the kernel kills before nobody is left, and whether it then panics, is for the kernel to decide.
// diagnosis: guest-panic out-of-memory killed-before-command never-ends silent exited-early
import { appendFileSync, mkdirSync } from "node:fs";
import { mount } from "#kernel";

export function isolate(_hostname: string): void {
	mkdirSync("/tmp/all");
	mount("all", "/tmp/all", "tmpfs", 0, "size=1000g,nr_inodes=0");
	for (const block = Buffer.alloc(4 << 20, 1); ; ) appendFileSync("/tmp/all/file", block);
}
