const dates = require("dates-zones");

exports.handler = async () => dates.now();
