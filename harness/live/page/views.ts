import type { Painter } from "./views/painter.ts";

/** All views, in the order of their keys. */
export const PAINTERS: readonly Painter[] = [];
