/**
 * The files in which a system writes down which names its users and groups have. The kernel knows only the numbers.
 */

/** A line of /etc/passwd. See getpwnam(3). */
export interface Account {
	name: string;
	uid: number;
	/** The group that the user's processes are in. */
	gid: number;
	home: string;
}

/** A line of /etc/group. See group(5). */
export interface Group {
	name: string;
	gid: number;
	/** Names of users who are in this group besides the one in their own line of /etc/passwd. */
	members: string[];
}

/** Reads the lines of /etc/passwd, such as `anna:x:1000:100:Anna:/home/anna:/bin/sh`. Leaves out lines of another form. */
export function parsePasswd(text: string): Account[] {
	return fieldsOf(text).flatMap(([name = "", , uid = "", gid = "", , home = ""]) =>
		name !== "" && isNumber(uid) && isNumber(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
	);
}

/** Reads the lines of /etc/group, such as `cdrom:x:24:anna,ben`. Leaves out lines of another form. */
export function parseGroup(text: string): Group[] {
	return fieldsOf(text).flatMap(([name = "", , gid = "", members = ""]) =>
		name !== "" && isNumber(gid) ? [{ name, gid: Number(gid), members: members.split(",").filter(Boolean) }] : [],
	);
}

const fieldsOf = (text: string) => text.split("\n").map((line) => line.split(":"));
const isNumber = (text: string) => /^\d+$/.test(text);
