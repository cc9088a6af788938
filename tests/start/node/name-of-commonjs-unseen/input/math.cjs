const make = () => ({ sum: 1 });
module.exports = make();
