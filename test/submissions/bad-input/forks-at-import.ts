// diagnosis: command-runs-twice
import { fork } from "#kernel";

fork();

export function isolate(_hostname: string): void {}
