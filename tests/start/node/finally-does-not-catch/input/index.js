try { require("./help"); } finally { console.log("done"); }
exports.handler = async () => 1;
