const limit = 3;
eval("if (limit === 3) throw new RangeError('too low');");
exports.handler = async () => 1;
