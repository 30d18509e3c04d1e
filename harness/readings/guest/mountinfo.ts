import type { Mount } from "../mounts.ts";

/**
 * Reads a mount table.
 * @param text the content of /proc/PID/mountinfo
 * @see proc_pid_mountinfo(5)
 */
export function parseMountinfo(text: string): Mount[] {
	return text.split("\n").filter(Boolean).map(parseLine);
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
// The optional fields, any number of them, end with a single hyphen.
function parseLine(line: string): Mount {
	const fields = line.split(" ");
	const hyphen = fields.indexOf("-", 6);
	const [id = "", parentId = "", device = "", root = "", mountPoint = "", flags = ""] = fields;
	const [fstype = "", source = "", options = ""] = fields.slice(hyphen + 1);
	return {
		id: Number(id),
		parentId: Number(parentId),
		device,
		root: unescapeOctal(root),
		mountPoint: unescapeOctal(mountPoint),
		flags,
		propagation: fields.slice(6, hyphen),
		fstype,
		source: unescapeOctal(source),
		options: unescapeOctal(options),
	};
}

// The kernel writes space, tab, newline and backslash as \040 and so on.
function unescapeOctal(text: string): string {
	return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
