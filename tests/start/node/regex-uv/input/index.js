/a/uv;

exports.handler = async () => 1;
