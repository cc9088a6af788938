throw 'x';

exports.handler = async () => 1;
