exports.n = 0;
exports.inc = () => { exports.n++; };
