// diagnosis: killed-before-command
export function isolate(_hostname: string): void {
	const kept: number[][] = [];
	for (;;) kept.push(new Array(1 << 16).fill(1.5));
}
