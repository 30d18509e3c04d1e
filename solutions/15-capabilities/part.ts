import { chooseCapabilities } from "#box/capabilities";
import { readSecurityOptions } from "#box/security";
import { part } from "../part.ts";
import { limitPrivileges, type Privileges } from "./capabilities.ts";
import options from "./options.json";

/** What this part adds to a container. */
interface Own {
	privileges: Privileges;
	user?: string;
	/** Called in place of `becomeUser` by lesson 12's part, as the last step that needs root. */
	withPrivileges?: (becomeUser: () => void) => void;
}

/** Takes capabilities from the command. Comes before lesson 12's part, which calls what this part has made. */
part<Own>({
	when: "privileges",
	options,
	readOptions: (given) => {
		const asked = { add: given("cap-add"), drop: given("cap-drop"), privileged: given("privileged").length > 0 };
		const { noNewPrivileges } = readSecurityOptions(given("security-opt"));
		return { privileges: { ...chooseCapabilities(asked), noNewPrivileges } };
	},
	make: (container) => {
		// Without a user, lesson 12's part would not be asked for.
		container.user ??= "0";
		container.withPrivileges = (becomeUser) => limitPrivileges(container.privileges, becomeUser);
	},
});
