/**
 * The engine: every lesson's part, in the order in which a container needs them. Importing a part adds it. `until` names
 * the lesson whose part takes its place. Lesson 01 has no line: it runs the command that all others are made around. Each
 * lesson is checked with the parts of lessons up to its own.
 */
import "./06-cgroups/part.ts";
import "./08-network/part.ts";
import "./09-scratch/part.ts";
import "./07-overlay/part.ts";
import "./02-unshare/part.ts";
import "./03-chroot/part.ts" with { until: "04" };
import "./04-pivot-root/part.ts";
import "./05-pid1/part.ts";

export { run } from "./container.ts";
