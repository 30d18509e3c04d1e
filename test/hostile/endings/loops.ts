// diagnosis: never-ends
export function isolate(_hostname: string): void {
	for (;;);
}
