/**
 * The picture of a container: one ordinary process, and around it the walls that lessons 02 to 09 build, one each. A wall
 * that is still to come is a gap. All functions are pure.
 */

const WALLS = {
	"02": "hostname",
	"03": "root",
	"04": "mounts",
	"05": "processes",
	"06": "limits",
	"07": "disk",
	"08": "network",
	"09": "image",
} as const;
type Wall = keyof typeof WALLS;

/** The lessons that build a wall, in order, as two digits. */
export const WALL_LESSONS = (Object.keys(WALLS) as Wall[]).toSorted();

export type WallState = "built" | "current" | "to come";
/** Returns the state of a lesson's wall. @param lesson as two digits */
export type WallStates = (lesson: string) => WallState;

const LOOKS = {
	built: { mark: "✓", words: "built", across: "─", upright: "│" },
	current: { mark: "›", words: "this lesson", across: "╌", upright: "╎" },
	"to come": { mark: "·", words: "to come", across: " ", upright: " " },
} as const;

const WALL_COLUMNS = 19;
const INNER_COLUMNS = 3 * WALL_COLUMNS + 2;
/** The width of the picture. */
export const PICTURE_COLUMNS = INNER_COLUMNS + 2;

/** The walls while a learner is in this lesson, and has passed all before it. @param current as two digits */
export const wallsUpTo =
	(current: string): WallStates =>
	(lesson) =>
		lesson < current ? "built" : lesson === current ? "current" : "to come";

/** The lines of the picture. The walls are in the order of the lessons, clockwise from the upper left corner. */
export function drawWalls(stateOf: WallStates): string[] {
	const label = (wall: Wall) => `${wall} ${WALLS[wall]} ${LOOKS[stateOf(wall)].mark}`;
	const across = (...walls: Wall[]) =>
		walls.map((wall) => {
			const { across } = LOOKS[stateOf(wall)];
			return `${across} ${label(wall)} `.padEnd(WALL_COLUMNS, across);
		});
	const [left, right] = [LOOKS[stateOf("09")].upright, LOOKS[stateOf("05")].upright];
	const between = (text: string) => `${left}${text.padEnd(INNER_COLUMNS)}${right}`;
	const rightLabel = `${label("05")} `;
	const middle = `${` ${label("09")}`.padEnd(24)}one process`;
	const legend = Object.values(LOOKS).map(({ mark, words }) => `${mark} ${words}`);
	return [
		`┌${across("02", "03", "04").join("┬")}┐`,
		between(""),
		between(middle.padEnd(INNER_COLUMNS - rightLabel.length) + rightLabel),
		between(""),
		`└${across("08", "07", "06").join("┴")}┘`,
		`  ${legend.join("   ")}`,
	].map((line) => line.trimEnd());
}

/** The same in words, for a screen reader or a narrow terminal. */
export function wallsInWords(stateOf: WallStates): string {
	return (["built", "current", "to come"] as const)
		.map((state) => {
			const walls = WALL_LESSONS.filter((wall) => stateOf(wall) === state);
			return { words: LOOKS[state].words, walls: walls.map((wall) => `${wall} ${WALLS[wall]}`) };
		})
		.filter(({ walls }) => walls.length > 0)
		.map(({ words, walls }) => `${words}: ${walls.join(", ")}`)
		.join("; ");
}
