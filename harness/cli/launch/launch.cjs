// `npm start` and `npm test` begin here.
require("./before.cjs");
import("./launch.js");
