// diagnosis: out-of-memory
export function isolate(_hostname: string): void {
	const kept: Buffer[] = [];
	for (;;) kept.push(Buffer.alloc(8 << 20, 1));
}
