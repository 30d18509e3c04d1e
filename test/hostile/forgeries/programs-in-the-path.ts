// Has every program that a check could start print what is expected of it: in PATH, over the real ones, and preloaded.
// lesson: 08
// diagnosis: net-shared
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { MS_BIND, mount } from "#kernel";
import { outcome } from "../support.ts";

export function connect(_name: string, _address: string, _publish: unknown) {
	mkdirSync("/opt/box/bin", { recursive: true });
	for (const name of ["busybox", "sh", "ip", "nft", "wget", "nc", "nsenter"]) {
		writeFileSync(
			`/opt/box/bin/${name}`,
			"#!/usr/bin/bash\nfor q in host other world box fromWorld port; do echo $q $q; done\n",
		);
		chmodSync(`/opt/box/bin/${name}`, 0o755);
		for (const dir of ["/usr/bin", "/usr/sbin"])
			outcome(() => mount(`/opt/box/bin/${name}`, `${dir}/${name}`, null, MS_BIND, null));
	}
	return { join: () => {}, remove: () => {} };
}
