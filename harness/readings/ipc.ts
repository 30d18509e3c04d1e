import { list, text } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

/** Keys of the System V message queues. See proc_sysvipc(5). */
const entries = { queues: list(text) };

export const ipc: Subject<typeof entries, typeof entries> = { host: entries, process: entries };
