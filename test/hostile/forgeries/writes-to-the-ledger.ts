// diagnosis: uts-shared
import { appendFileSync, readdirSync } from "node:fs";

export function isolate(_hostname: string): void {
	const lines = [
		'{"task":7,"seq":"x","call":null,"args":5}',
		'"text"',
		"null",
		'{"task":"1","seq":1,"result":"no number"}',
	];
	for (const name of readdirSync("/run/drydock")) appendFileSync(`/run/drydock/${name}`, `${lines.join("\n")}\n`);
}
