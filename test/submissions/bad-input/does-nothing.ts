// diagnosis: uts-shared
export function isolate(_hostname: string): void {}
