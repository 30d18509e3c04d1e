// diagnosis: never-ends
for (;;);

export function isolate(_hostname: string): void {}
