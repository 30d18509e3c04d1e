import { readFileSync } from "node:fs";
import { inNamespace } from "./namespaces.ts";
import type { Reader } from "./reader.ts";

export const ipc: Reader<"ipc"> = () => ({
	host: () => ({ queues: inNamespace(1, "ipc", readQueues) }),
	process: ({ pid }) => ({ queues: inNamespace(pid, "ipc", readQueues) }),
});

// The first line holds the headings; the first column the key. See proc_sysvipc(5).
function readQueues(): string[] {
	const lines = readFileSync("/proc/sysvipc/msg", "utf8").trim().split("\n").slice(1);
	return lines.map((line) => line.trim().split(/\s+/)[0] ?? "");
}
