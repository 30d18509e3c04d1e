import { afterAll, beforeAll } from "vitest";
import { drawn } from "../support/plan.ts";
import { machines } from "./engines/machines.ts";

// Independent oracles: other people's container engines, which must do what ours does. Each module has the tests of one
// subject. They are one test file, so that one worker runs them all: each worker has a cache of its own, and would make
// the image and the snapshot of these machines once more.

const SUBJECTS = ["podman", "runtimes", "filters", "volumes", "entered", "terminals"];
for (const subject of drawn("engines", SUBJECTS, 2)) await import(`./engines/${subject}.ts`);

const IMAGE_MS = 900_000;
beforeAll(() => machines.makeReady(), IMAGE_MS);
afterAll(() => machines.close());
