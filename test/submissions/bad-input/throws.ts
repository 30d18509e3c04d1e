// diagnosis: exception
// thrown at: 5
export function isolate(hostname: string): void {
	if (hostname !== "") {
		throw new RangeError("not today");
	}
}
