let help;
try { help = require("./lib/help"); } catch { help = null; }
exports.handler = async () => 1;
