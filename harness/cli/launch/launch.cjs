// The entry point of `npm start` and `npm test`.
require("./check-node.cjs");
import("./launch.js");
