// Takes the disk with all programs out of the running machine.
// What still runs is what the kernel happens to have kept of the disk in memory.
// diagnosis: uts-shared disturbed silent agent-ended guest-panic command-never-ran command-refused never-ends exited-early
// verdict: fail error
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	for (const device of readdirSync("/sys/bus/virtio/devices"))
		if (readlinkSync(`/sys/bus/virtio/devices/${device}/driver`).endsWith("virtio_blk"))
			writeFileSync(`/sys/bus/virtio/devices/${device}/../remove`, "1");
	writeFileSync("/proc/sys/vm/drop_caches", "3");
}
