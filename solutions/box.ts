/**
 * The engine. Each import adds the part of one lesson; the order is the one in which `run` makes and enters the parts.
 * A lesson may have a second part, which is entered later than the first. `until` names the lesson whose part replaces
 * this one. Lesson 01 has no part: `run` calls its `runCommand` directly.
 * The check of a lesson runs the engine with the parts of lessons up to that lesson.
 */
import "./14-terminal/part.ts";
import "./17-rootless/part.ts";
import "./06-cgroups/part.ts";
import "./08-network/part.ts";
import "./09-scratch/part.ts";
import "./07-overlay/part.ts";
import "./02-unshare/part.ts";
import "./11-volumes/part.ts";
import "./03-chroot/part.ts" with { until: "04" };
import "./04-pivot-root/part.ts";
import "./17-rootless/late-part.ts";
import "./05-pid1/part.ts";
import "./10-mounts/part.ts";
import "./11-volumes/late-part.ts";
import "./13-exec/part.ts";
import "./15-capabilities/part.ts";
import "./12-users/part.ts";
import "./14-terminal/late-part.ts";
import "./16-seccomp/part.ts";

export { run } from "./container.ts";
