import { readFileSync } from "node:fs";
import { inNamespace } from "./namespaces.ts";
import type { Reader } from "./reader.ts";

export const uts: Reader<"uts"> = () => ({
	host: () => inNamespace(1, "uts", () => ({ hostname: readHostname(), domainname: readDomainname() })),
	process: ({ pid }) => ({ hostname: inNamespace(pid, "uts", readHostname) }),
});

const readHostname = () => readFileSync("/proc/sys/kernel/hostname", "utf8").trim();
const readDomainname = () => readFileSync("/proc/sys/kernel/domainname", "utf8").trim();
