/** The views that the live page can show. A demo names the views that it uses. */
export const VIEWS = [
	"answers",
	"namespaces",
	"processes",
	"mounts",
	"limits",
	"layers",
	"network",
	"identity",
	"capabilities",
	"volumes",
	"terminals",
] as const;

export type ViewName = (typeof VIEWS)[number];
