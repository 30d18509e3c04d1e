// diagnosis: exception
export function isolate(_hostname: string): void {
	throw Object.create(null);
}
