({}) instanceof {};

exports.handler = async () => 1;
