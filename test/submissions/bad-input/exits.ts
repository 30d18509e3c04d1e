// diagnosis: killed-before-command
export function isolate(_hostname: string): void {
	process.exit(0);
}
