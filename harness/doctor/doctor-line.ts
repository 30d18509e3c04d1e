/** One fact about this computer. */
export interface DoctorLine {
	name: string;
	/** "warn": drydock works, but slower or with restrictions. "bad": drydock does not work. */
	state: "good" | "warn" | "bad";
	fact: string;
	/** The command, or the step, that mends the problem. */
	mend?: string;
}
