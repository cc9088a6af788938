'a' in 'abc';

exports.handler = async () => 1;
