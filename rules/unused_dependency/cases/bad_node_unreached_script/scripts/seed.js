require("commander").parse();
