import { readFileSync } from "node:fs";
import type { Reader } from "./reader.ts";

export const memory: Reader<"memory"> = () => ({ host: () => ({ oomKills: readOomKills() }) });

// "oom_kill 3": since the machine started. See proc_vmstat(5).
const readOomKills = () => Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
