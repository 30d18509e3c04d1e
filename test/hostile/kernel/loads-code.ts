// Modules, another kernel, eBPF, and system-wide profiling.
// diagnosis: exception
// says: init_module: refused; kexec_load: refused; bpf: refused; perf_event_open: refused
import { attempt, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	const map = Buffer.alloc(128);
	map.writeUInt32LE(2, 0); // BPF_MAP_TYPE_ARRAY
	for (const at of [4, 8, 12]) map.writeUInt32LE(4, at);
	const event = Buffer.alloc(128);
	event.writeUInt32LE(1, 0); // PERF_TYPE_SOFTWARE
	event.writeUInt32LE(128, 4);
	attempt({
		init_module: () => syscall(175, Buffer.alloc(64), 64, Buffer.alloc(1)),
		kexec_load: () => syscall(246, 0, 0, Buffer.alloc(8), 0),
		bpf: () => syscall(321, 0, map, 128),
		perf_event_open: () => syscall(298, event, -1, 0, -1, 0),
	});
}
