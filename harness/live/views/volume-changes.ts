import type { ShownProcess } from "./namespaces.ts";
import { counted, listed, sentence, theUserOf } from "./phrases.ts";
import type { VolumeParts, VolumeSource, VolumeTarget, VolumeUser } from "./volumes-picture.ts";

interface VolumeChange {
	text: string;
	/** The key of the target or source that the text is about; null if that is gone. */
	key: string | null;
}

/** If there are more new targets than this, a sentence only counts them. */
const TARGETS_MAX = 1;

/** The most important change, in one sentence; null if nothing has changed. */
export function volumeChangeOf(before: VolumeParts, now: VolumeParts): VolumeChange | null {
	return newTargets(before, now) ?? lostTargets(before, now) ?? changedFlags(before, now) ?? changedNames(before, now);
}

/** "the host", "the container's shell", "the container in the host's shell". A shell is named only if it is in a container. */
export const ownersOf = ({ of }: Pick<VolumeUser, "of">): string => listed(of.map(ownerOf));
const ownerOf = (process: ShownProcess) => (process === "init" ? "the host" : theUserOf(process, true));

/** "/root/data of the host", "the volume mail", "an empty file system in memory". */
export function sourceText({ kind, path, name }: VolumeSource): string {
	if (kind === "memory") return "an empty file system in memory";
	return kind === "volume" ? `the volume ${name}` : `${path} of the host`;
}

function newTargets(before: VolumeParts, now: VolumeParts): VolumeChange | null {
	const old = new Set(before.users.flatMap(({ targets }) => targets.map(({ key }) => key)));
	for (const user of now.users) {
		const fresh = user.targets.filter(({ key }) => !old.has(key));
		const [first] = fresh;
		if (first === undefined) continue;
		const owner = ownersOf(user);
		if (fresh.length > TARGETS_MAX)
			return {
				text: sentence(`${owner} has ${counted(fresh.length, "new place")} with files from elsewhere`),
				key: first.key,
			};
		const source = now.sources.find(({ key }) => key === first.source);
		if (source === undefined) continue;
		const others = now.users.filter(
			(other) => other !== user && other.targets.some((one) => one.source === first.source),
		);
		const shared = others.length === 0 ? "" : `, as ${listed(others.map((other) => placeText(other, first.source)))}`;
		const how = first.readOnly ? ", to read only" : "";
		return { text: sentence(`for ${owner}, ${first.path} is ${sourceText(source)}${how}${shared}`), key: first.key };
	}
	return null;
}

// "/etc is for the container's shell".
function placeText(user: VolumeUser, source: string): string {
	const paths = user.targets.filter((target) => target.source === source).map(({ path }) => path);
	return `${listed(paths)} ${paths.length === 1 ? "is" : "are"} for ${ownersOf(user)}`;
}

function lostTargets(before: VolumeParts, now: VolumeParts): VolumeChange | null {
	const kept = new Set(now.users.flatMap(({ targets }) => targets.map(({ key }) => key)));
	for (const user of before.users) {
		const gone = user.targets.filter(({ key }) => !kept.has(key));
		const [first] = gone;
		if (first === undefined) continue;
		const kinds = gone.map((target) => before.sources.find(({ key }) => key === target.source)?.kind);
		const owner = user.of.includes("init")
			? "on the host"
			: `of ${user.of.includes("host") ? ownersOf(user) : "the container"}`;
		const what =
			gone.length === 1 ? `the mount on ${first.path} ${owner} is gone` : `${gone.length} mounts ${owner} are gone`;
		const texts = [
			kinds.some((kind) => kind !== "memory") && "the files stay on the host",
			kinds.includes("memory") && "what was in memory is lost",
		];
		return { text: sentence(`${what}; ${texts.filter((text) => text !== false).join(", and ")}`), key: null };
	}
	return null;
}

function changedFlags(before: VolumeParts, now: VolumeParts): VolumeChange | null {
	const old = new Map(
		before.users.flatMap(({ targets }) => targets.map((one): [string, VolumeTarget] => [one.key, one])),
	);
	const targets = now.users.flatMap((user) => user.targets);
	const changed = targets.find(({ key, readOnly }) => old.get(key)?.readOnly === !readOnly);
	if (changed === undefined) return null;
	return { text: `${changed.path} ${changed.readOnly ? "is read-only" : "can be written to"} now.`, key: changed.key };
}

function changedNames(before: VolumeParts, now: VolumeParts): VolumeChange | null {
	for (const source of now.sources) {
		const old = before.sources.find(({ key }) => key === source.key);
		if (old === undefined) continue;
		const fresh = source.names
			.filter(({ name }) => old.names.every((one) => one.name !== name))
			.map(({ name }) => name);
		const gone = old.names.filter(({ name }) => source.names.every((one) => one.name !== name)).map(({ name }) => name);
		const text = (what: string, names: readonly string[]) => `${what} ${sourceText(source)}: ${namesText(names)}`;
		if (fresh.length > 0)
			return { text: sentence(`${text("new in", fresh)}${placesText(source, now)}`), key: source.key };
		if (gone.length > 0) return { text: sentence(text("gone from", gone)), key: source.key };
	}
	return null;
}

const namesText = (names: readonly string[]) => (names.length > 2 ? counted(names.length, "name") : listed(names));

function placesText({ key }: VolumeSource, { users }: VolumeParts): string {
	const places = users.flatMap(({ targets }) => targets.filter((target) => target.source === key));
	return places.length < 2 ? "" : `; it is the same directory at ${counted(places.length, "place")}`;
}
