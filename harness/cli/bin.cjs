#!/usr/bin/env node
// `npx drydock` begins here. `node harness/cli/bin.js` is the same, but for a path that Node cannot load modules from.
require("./launch/before.cjs");
import("./bin.js");
