require("colors");
