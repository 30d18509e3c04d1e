// diagnosis: command-runs-twice child-returned
import { fork } from "#kernel";

fork();

export function isolate(_hostname: string): void {}
