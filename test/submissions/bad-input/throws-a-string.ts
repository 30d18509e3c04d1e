// diagnosis: exception
export function isolate(_hostname: string): void {
	throw "no error object";
}
