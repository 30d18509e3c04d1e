// diagnosis: exception
// thrown at: 4
function helper(list: string[]): string {
	return (list[0] as unknown as { name: { length: string } }).name.length;
}

export function isolate(_hostname: string): void {
	helper([]);
}
