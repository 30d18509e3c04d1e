// The entry point of `npm start` and `npm test`.
require("./before.cjs");
import("./launch.js");
