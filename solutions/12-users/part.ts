import { part } from "../part.ts";
import options from "./options.json";
import { prepareUser } from "./user.ts";

interface Own {
	user: string;
	groupAdd?: string[];
	/** The container has a single user and a single group, so nobody can become another. */
	onlyRoot?: boolean;
	/** A later part's function. It calls `becomeUser`, and does before and after that what this part does not. */
	withPrivileges?: (becomeUser: () => void) => void;
}

/** Runs the command as the user that is asked for, or as root. Comes after all parts that only root can enter. */
part<Own, () => void>({
	when: "user",
	options,
	readOptions: (given) => ({ user: given("user").map(checked)[0] ?? "0", groupAdd: given("group-add") }),
	make: ({ rootfs = "/", user: asked, groupAdd = [] }) => {
		const [user = "", group] = asked.split(":");
		return prepareUser({ rootfs, user, group, groupAdd });
	},
	enter: ({ onlyRoot, withPrivileges = (becomeUser) => becomeUser() }, becomeUser) =>
		withPrivileges(onlyRoot ? () => {} : becomeUser),
});

function checked(user: string): string {
	if (/^[^:]+(:[^:]+)?$/.test(user)) return user;
	throw new Error(`--user ${user}: a user is expected, such as 1000, nobody or nobody:tty`);
}
