// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.
import { CLONE_NEWNS, unshare } from "#kernel";
import { imageWith } from "../../support/image.ts";

unshare(CLONE_NEWNS);

export const { buildImage, openImage, needs, gather } = imageWith({});
