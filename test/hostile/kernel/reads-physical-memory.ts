// diagnosis: exception
// says: /dev/mem: EPERM; /dev/port: ENXIO; /proc/kcore: EPERM; iopl: refused; ioperm: refused

import { spawnSync } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { attempt, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	spawnSync("busybox", ["mknod", "/tmp/mem", "c", "1", "1"]);
	spawnSync("busybox", ["mknod", "/tmp/port", "c", "1", "4"]);
	mkdirSync("/tmp/d", { recursive: true });
	attempt({
		"/dev/mem": () => openSync("/tmp/mem", "r+"),
		"/dev/port": () => openSync("/tmp/port", "r+"),
		"/proc/kcore": () => openSync("/proc/kcore", "r"),
		iopl: () => syscall(172, 3),
		ioperm: () => syscall(173, 0, 1024, 1),
	});
}
