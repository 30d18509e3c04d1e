/**
 * The picture of a container: an ordinary process with eight walls around it. Each of the lessons 02 to 09 builds one.
 * A wall that is not built yet is a gap. All functions are pure.
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

const WALL_COLUMNS = 16;
const INNER_COLUMNS = 2 * WALL_COLUMNS + 1;
/** The width of the picture. */
export const PICTURE_COLUMNS = INNER_COLUMNS + 2;

/** The walls while a learner is in this lesson, and has passed all before it. @param current as two digits */
export const wallsUpTo =
	(current: string): WallStates =>
	(lesson) =>
		lesson < current ? "built" : lesson === current ? "current" : "to come";

/**
 * The lines of the picture, narrow enough for the live page's column. Two walls are on each side, in the order of the
 * lessons, clockwise from the upper left corner.
 */
export function drawWalls(stateOf: WallStates): string[] {
	const look = (wall: Wall) => LOOKS[stateOf(wall)];
	const label = (wall: Wall) => `${wall} ${WALLS[wall]} ${look(wall).mark}`;
	const across = (wall: Wall) => `${look(wall).across} ${label(wall)} `.padEnd(WALL_COLUMNS, look(wall).across);
	const between = (left: Wall, right: Wall, text = "") =>
		look(left).upright + text.padEnd(INNER_COLUMNS) + look(right).upright;
	const labels = (left: Wall, right: Wall) =>
		` ${label(left)}`.padEnd(INNER_COLUMNS - label(right).length - 1) + label(right);
	const legend = Object.values(LOOKS).map(({ mark, words }) => `${mark} ${words}`);
	return [
		`┌${across("02")}┬${across("03")}┐`,
		between("09", "04"),
		between("09", "04", labels("09", "04")),
		`├${"           one process".padEnd(INNER_COLUMNS)}┤`,
		between("08", "05", labels("08", "05")),
		between("08", "05"),
		`└${across("07")}┴${across("06")}┘`,
		legend.join("  "),
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
