/** The views of a demo that the instructors' page can show; a demo names those that it is about. */
export const VIEWS = [
	"answers",
	"namespaces",
	"processes",
	"mounts",
	"limits",
	"layers",
	"network",
	"identity",
] as const;

export type ViewName = (typeof VIEWS)[number];
