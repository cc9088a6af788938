with ({ a: 1 }) { a; }

exports.handler = async () => 1;
