import { existsSync, readdirSync, writeSync } from "node:fs";
import { _exit, type SyscallError } from "#kernel";
import type { Command } from "../commands/command.ts";
import { oneAtATime } from "../lock.ts";
import { inPlaceOfFiles } from "../part.ts";
import { DATA } from "../places.ts";
import usage from "./volume.txt";
import { removeVolume } from "./volumes.ts";

/** Where the named volumes are: a directory for each. */
export const VOLUMES = `${DATA}/volumes`;

/** Whether a text can be the name of a volume. */
export const isVolumeName = (text: string): boolean => /^[a-zA-Z0-9][\w.-]*$/.test(text);

/** `box volume`: lists named volumes, and removes them. */
export const volumeCommand: Command = {
	name: "volume",
	usage,
	options: {},
	start: (_, [action, ...names]) => {
		if (action === "ls" && names.length === 0) list();
		else if (action === "rm" && names.length > 0) names.forEach(remove);
		else throw new Error(`ls or rm NAME is expected\n${usage}`);
		_exit(0);
	},
};

function list(): void {
	const names = existsSync(VOLUMES) ? readdirSync(VOLUMES).filter(isVolumeName) : [];
	writeSync(1, names.map((name) => `${name}\n`).join(""));
}

function remove(name: string): void {
	const path = `${VOLUMES}/${name}`;
	if (!isVolumeName(name) || !existsSync(path)) throw new Error(`there is no volume ${name}`);
	inPlaceOfFiles(() => {
		try {
			oneAtATime(() => removeVolume(path));
		} catch (error) {
			if ((error as SyscallError).code !== "EAGAIN") throw error;
			throw new Error(`volume ${name} is in use: a container that has it still runs`);
		}
	});
}
