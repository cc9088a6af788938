const { a } = undefined;

exports.handler = async () => 1;
