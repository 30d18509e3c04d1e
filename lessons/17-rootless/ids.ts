import { type Context, type Explanation, type FactRule, howItEnded } from "../../harness/judge/index.ts";
import { NOT_RUN } from "./facts.ts";
import { refusals } from "./refusals.ts";
import { ALONE, MADE } from "./scenario.ts";

/** The rules about who the commands are: their user namespaces, their ids, and whose files they make. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);
/** Replaces the placeholders, such as ‹subuid›, by the numbers of this run. */
const shown = ({ drawn }: Context, texts: readonly string[]) =>
	texts.map((text) => text.replace(/‹(\w+)›/g, (whole, name) => drawn[name] ?? whole));
/** The lines of both maps, for a sentence: "uid 0 1000 1, gid 0 1000 1". */
const maps = (context: Context, fact: string) => shown(context, listOf(context, fact)).join(", ") || "empty";

/** The context in which an explanation of an exception looks at the second container. */
function ofAlone(context: Context): Context {
	const call = context.observation.calls[ALONE];
	const thrown = call?.ending.how === "threw" ? call.ending.thrown : null;
	const observation = { ...context.observation, calls: call === undefined ? {} : { [ALONE]: call } };
	return { ...context, observation, thrown, ledger: call?.ledger ?? [], atThrow: call?.atThrow ?? null };
}

/** The same explanation for an exception in the call for the second container. */
function aboutAlone({ when, why, ...rest }: Explanation): Explanation {
	return {
		...rest,
		when: (context) => context.facts["alone.maps"] === NOT_RUN && when?.(ofAlone(context)) !== false,
		why: (context) =>
			`This is about the second container, whose user has no ranges. ${typeof why === "string" ? why : why(ofAlone(context))}`,
	};
}

export const idRules: FactRule[] = [
	{
		fact: "user.namespace",
		madeOf: "kernel",
		what: "the command's user namespace",
		explain: [
			{
				diagnosis: "not-entered",
				why: "/proc/PID/ns/user of the command is the host's. In the host's user namespace, this user is nobody's root.",
				try: "Begin with unshare(CLONE_NEWUSER), in the process that calls enterUserNamespace.",
				see: ["user_namespaces(7)", "unshare(2)"],
			},
		],
	},
	{
		fact: "user.ids",
		madeOf: "kernel",
		what: "the user and the group of the first command, as the host numbers them",
		followsFrom: ["user.namespace"],
		explain: [
			{
				diagnosis: "another-user",
				why: (context) =>
					`For the host, the command is ${shown(context, listOf(context, "user.ids")).join()}. Root inside should be ${context.drawn["uid"]} and ${context.drawn["gid"]}: the user who has started the engine, and this user's group. Otherwise, this user cannot use the files that a container leaves in a volume.`,
				try: "Map 0 to the caller's own id. Then the process is root as soon as the map is set, and need not change its ids.",
				see: ["user_namespaces(7)", "credentials(7)"],
			},
		],
	},
	{
		fact: "owners",
		madeOf: "files",
		what: "the owners, on the host, of files that the commands have made",
		followsFrom: ["user.namespace", "user.ids"],
		isConsequence: ({ facts }) => facts["alone.maps"] === NOT_RUN,
		explain: [
			{
				when: (context) => listOf(context, "user.maps").length === 2,
				diagnosis: "range-not-mapped",
				why: (context) =>
					`The maps are: ${maps(context, "user.maps")}. So there is only one user in the namespace, and the command could not give a file to 1:2. The host has ranges of ${context.drawn["count"]} more numbers for this user: from ${context.drawn["subuid"]} and from ${context.drawn["subgid"]} on.`,
				try: "If mapping has ranges, let newuidmap and newgidmap write the maps: 0 OWN 1 1 START COUNT.",
				see: ["newuidmap(1)"],
			},
			{
				diagnosis: "owner-of-others",
				why: (context) =>
					`${shown(context, listOf(context, "owners")).join("; ")}. A file of root's should belong to ${context.drawn["uid"]} and ${context.drawn["gid"]} on the host. The file ${MADE.given}, which root has given to 1:2, should belong to ${context.drawn["subuid"]} and ${Number(context.drawn["subgid"]) + 1}. The maps are: ${maps(context, "user.maps")}.`,
				try: "0 inside is the caller's own id, and the range begins at 1 inside: 0 OWN 1 1 START COUNT.",
				see: ["user_namespaces(7)", "newuidmap(1)"],
			},
		],
	},
	{
		fact: "user.maps",
		madeOf: "kernel",
		what: "uid_map and gid_map of the first command: first id inside, first id outside, how many",
		followsFrom: ["user.namespace", "user.ids", "owners/range-not-mapped", "owners/owner-of-others"],
		explain: [
			{
				diagnosis: "another-map",
				why: (context) =>
					`The maps are: ${maps(context, "user.maps")}. They should be: ${shown(context, WANTED_MAPS).join(", ")}. The third number says how many ids follow one another. The range has ${context.drawn["count"]}, and the own id is not one of them.`,
				try: "newuidmap PID 0 UID 1 1 START COUNT, and the same for groups with newgidmap.",
				see: ["newuidmap(1)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "user.groups",
		madeOf: "kernel",
		what: "supplementary groups of the first command besides its own group, as the host numbers them",
		followsFrom: ["user.namespace"],
		explain: [
			{
				diagnosis: "groups-of-the-caller",
				why: (context) =>
					`The command is in the groups ${shown(context, listOf(context, "user.groups")).join(", ")}. These are groups of the user who has started the engine. Inside, a group without a map is shown as 65534. But for files of the host, such as those in a volume, the command is still in it.`,
				try: "With ranges, call setgroups([]) as soon as the maps are set.",
				see: ["setgroups(2)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "alone.maps",
		madeOf: "kernel",
		what: "uid_map and gid_map of the second command, whose user has no ranges",
		followsFrom: ["user.namespace"],
		isConsequence: ({ facts }) => facts["alone.maps"] === NOT_RUN && facts["command.ran"] === false,
		explain: [
			...refusals.map(aboutAlone),
			{
				when: ({ facts }) => facts["alone.maps"] === NOT_RUN,
				diagnosis: "alone-not-run",
				why: ({ observation }) => {
					const ending = observation.calls[ALONE]?.ending;
					const end = ending?.how === "threw" ? `threw: ${ending.thrown.message}` : howItEnded(ending);
					return `The second container's command did not run: the engine ${end}. This user has no ranges: mapping.subuids and mapping.subgids are null.`;
				},
				try: "Without ranges, write one line with a single number to each map, and do not call newuidmap, newgidmap or setgroups.",
				see: ["user_namespaces(7)"],
			},
			{
				diagnosis: "another-map-without-ranges",
				why: (context) =>
					`The maps are: ${maps(context, "alone.maps")}. They should be: uid 0 ${context.drawn["uid"]} 1, gid 0 ${context.drawn["gid"]} 1.`,
				try: "Without ranges, write one line with a single number to each map: 0 OWN 1.",
				see: ["user_namespaces(7)"],
			},
		],
	},
];

const WANTED_MAPS = ["uid 0 ‹uid› 1", "uid 1 ‹subuid› ‹count›", "gid 0 ‹gid› 1", "gid 1 ‹subgid› ‹count›"];
