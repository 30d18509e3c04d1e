#!/usr/bin/env node
// The entry point of `npx drydock`. It does the same as `node harness/cli/bin.js`, but also reports a path from which
// Node cannot load modules.
require("./launch/check-node.cjs");
require("./launch/follow-npm.cjs");
import("./bin.js");
