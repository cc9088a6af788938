exports.make = (event) => event;
