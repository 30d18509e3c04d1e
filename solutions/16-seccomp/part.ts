import { defaultProfile } from "#box/allowlist";
import { type Profile, readProfile } from "#box/seccomp";
import { readSecurityOptions } from "#box/security";
import { CAP_SYS_CHROOT } from "#kernel";
import { part } from "../part.ts";
import { installFilter } from "./filter.ts";
import options from "./options.json";

/** Of the capabilities that a container has if nobody asks for others, only this one allows more system calls. */
const USUAL_CAPABILITIES = [CAP_SYS_CHROOT];

/**
 * Gives a command a filter for its system calls. Comes last: the filter refuses calls that other parts make.
 * `seccomp` is the text of a profile, or `default`.
 */
part<{ seccomp: string; privileges?: { bounding: readonly number[] } }, Profile>({
	when: "seccomp",
	options,
	readOptions: (given) => {
		// A privileged container has no filter, unless one is asked for.
		const usual = given("privileged").length > 0 ? "unconfined" : "default";
		const { seccomp = usual } = readSecurityOptions(given("security-opt"));
		return seccomp === "unconfined" ? {} : { seccomp };
	},
	make: ({ seccomp, privileges }) =>
		seccomp === "default" ? defaultProfile(privileges?.bounding ?? USUAL_CAPABILITIES) : readProfile(seccomp),
	enter: (_, profile) => installFilter(profile),
});
