// What ends it first, the limit of Node's own or the kernel, is a matter of a few megabytes.
// diagnosis: out-of-memory killed-before-command
export function isolate(_hostname: string): void {
	const kept: number[][] = [];
	for (;;) kept.push(new Array(1 << 16).fill(1.5));
}
