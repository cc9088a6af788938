require("./set");
