import { readFileSync } from "node:fs";
import * as v from "valibot";
import { inKit } from "../../harness/base/kit.ts";
import type { KernelState } from "../../harness/live/events.ts";
import { RecordedView } from "../../harness/live/recording/recorded-view.ts";
import type { Past } from "../../harness/live/views/past.ts";

/** Recordings of demos that ran in a machine. `base` is a whole view; the others have only what differs from `base`. */
interface Recorded {
	base: KernelState;
	limits: LimitsMoment[];
	slow: LimitsMoment[];
	layers: (Moment & { layers: unknown; mounts: KernelState["host"]["mounts"] })[];
	network: (Moment & { networks: unknown; net: string })[];
	identity: IdentityMoment[];
	cook: IdentityMoment[];
}

interface Moment {
	atMs: number;
}
type LimitsMoment = Moment & { limits: unknown; oomKills: number };
type IdentityMoment = Moment & { identities: unknown; user: string; uids: number[] };

// The recordings are in an older format, in which a view's own readings were not yet parts of the host and the shells.
const inCurrentFormat = (older: unknown): KernelState => v.parse(RecordedView, older);
const { base, ...recorded } = JSON.parse(readFileSync(inKit("test/recordings/views.json"), "utf8")) as Recorded;

/** A view of a demo that asks for no additional readings. */
export const plainView: KernelState = inCurrentFormat(base);

/** What was seen in the demo of lesson 06, or of a cgroup that uses up its limit of a fifth of a processor. */
export const limitsSeen = (which: "limits" | "slow"): Past =>
	recorded[which].map(({ atMs, limits, oomKills }) => ({
		atMs,
		view: inCurrentFormat({ ...plainView, limits, host: { ...plainView.host, oomKills } }),
	}));

/** What was seen in the demo of lesson 07. */
export const layersSeen = (): Past =>
	recorded.layers.map(({ atMs, layers, mounts }) => ({
		atMs,
		view: inCurrentFormat({
			...plainView,
			layers,
			host: { ...plainView.host, mounts: [...plainView.host.mounts, ...mounts] },
		}),
	}));

/** What was seen in the demo of lesson 08. */
export const networkSeen = (): Past =>
	recorded.network.map(({ atMs, networks, net }) => ({
		atMs,
		view: inCurrentFormat({ ...withContainer({ namespaces: { net } }), networks }),
	}));

/** What was seen of user namespaces of all kinds, or of the user `cook` at the end of the demo of lesson 09. */
export const identitySeen = (which: "identity" | "cook"): Past =>
	recorded[which].map(({ atMs, identities, user, uids }) => ({
		atMs,
		view: inCurrentFormat({ ...withContainer({ namespaces: { user }, uids }), identities }),
	}));

function withContainer({ namespaces, uids }: { namespaces: Record<string, string>; uids?: number[] }): KernelState {
	const { container } = plainView.shells;
	if (container == null) throw new Error("the recording has no container");
	const credentials = { ...container.credentials, ...(uids && { uids }) };
	const shell = { ...container, credentials, namespaces: { ...container.namespaces, ...namespaces } };
	return { ...plainView, shells: { ...plainView.shells, container: shell } };
}

/** The texts that a view shows as its latest change, in order. A text that stays for several moments occurs once. */
export function latestChanges(view: (past: Past) => { latestChange: string }, past: Past): string[] {
	const changes = past.map((_, index) => view(past.slice(0, index + 1)).latestChange);
	return changes.filter((text, index) => text !== "" && text !== changes[index - 1]);
}
