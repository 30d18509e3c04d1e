// Attempts: a device as its source map, which the bundler would read without end.
// diagnosis: uts-shared
export function isolate(_hostname: string): void {}
//# sourceMappingURL=file:///dev/zero
