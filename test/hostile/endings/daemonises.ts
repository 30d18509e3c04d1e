// Leaves its session, its parent and its streams behind, and stays.
// diagnosis: processes-left
import { sh } from "../support.ts";

export function isolate(_hostname: string): void {
	sh("setsid sleep 100000 </dev/null >/dev/null 2>&1 &");
}
