import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import type { Device } from "#box/defaults";
import { major, minor, S_IFBLK, S_IFCHR } from "#kernel";
import { part } from "../part.ts";
import { prepareRootlessRootfs } from "../rootless-rootfs.ts";
import options from "./options.json";
import { prepareRootfs } from "./prepare-rootfs.ts";

interface Mounts {
	devices: Device[];
	nameservers: string[];
	hostname?: string;
	address?: string;
	/** Set for a container of an ordinary user (lesson 17). */
	rootless?: unknown;
}

/** Gives a container the file systems, devices and files that every program expects. */
part<Mounts>({
	when: "devices",
	options,
	readOptions: (given) => {
		const servers = given("dns");
		return { devices: given("device").map(deviceAt), nameservers: servers.length > 0 ? servers : hostNameservers() };
	},
	enter: ({ devices, nameservers, hostname = "localhost", address = "127.0.1.1", rootless }) => {
		// An image need not have these directories. Other engines make them as well.
		for (const dir of ["/dev", "/sys", "/etc"]) mkdirSync(dir, { recursive: true });
		const names = { hostname, address, nameservers };
		if (rootless === undefined) prepareRootfs(names, devices);
		else prepareRootlessRootfs(names, devices);
	},
});

function deviceAt(path: string): Device {
	const stat = existsSync(path) ? statSync(path) : undefined;
	if (!path.startsWith("/dev/") || !(stat?.isCharacterDevice() || stat?.isBlockDevice()))
		throw new Error(`--device ${path}: a device in /dev is expected, such as /dev/fuse`);
	const type = stat.isBlockDevice() ? S_IFBLK : S_IFCHR;
	return { path, type, major: major(stat.rdev), minor: minor(stat.rdev), mode: stat.mode & 0o777 };
}

// See resolv.conf(5).
function hostNameservers(): string[] {
	const text = existsSync("/etc/resolv.conf") ? readFileSync("/etc/resolv.conf", "utf8") : "";
	return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = ""]) => address);
}
