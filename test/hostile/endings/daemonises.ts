// Leaves its session, its parent and its streams behind, and stays.
// diagnosis: processes-left uts-shared
import { spawn } from "node:child_process";

export function isolate(_hostname: string): void {
	spawn("/bin/sh", ["-c", "setsid sleep 100000 </dev/null >/dev/null 2>&1 &"], { detached: true, stdio: "ignore" });
	for (const end = Date.now() + 1_000; Date.now() < end; );
}
