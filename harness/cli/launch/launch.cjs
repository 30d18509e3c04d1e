// The entry point of `npm start` and `npm test`.
require("./check-node.cjs");
require("./follow-npm.cjs");
import("./launch.js");
