let help;
try { help = require("./help"); } catch (error) { throw new Error("help is needed", { cause: error }); }
exports.handler = async () => 1;
