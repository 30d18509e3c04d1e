// diagnosis: command-never-ran
export function isolate(_hostname: string): void {
	process.exit(0);
}
