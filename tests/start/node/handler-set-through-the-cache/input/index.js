require("./set")();
