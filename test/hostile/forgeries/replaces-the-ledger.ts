// Puts a pipe, a device without end and a link in the ledger's place.
// diagnosis: uts-shared
import { readdirSync, rmSync, symlinkSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const name of readdirSync("/run/drydock")) {
		rmSync(`/run/drydock/${name}`);
		symlinkSync("/dev/zero", `/run/drydock/${name}`);
	}
}
