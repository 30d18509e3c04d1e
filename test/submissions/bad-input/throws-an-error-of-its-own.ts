// diagnosis: exception
class Odd extends Error {
	constructor() {
		super("odd");
		Object.assign(this, { message: { not: "a string" }, stack: 42, name: null });
	}
}

export function isolate(_hostname: string): void {
	throw new Odd();
}
