const a = {}; a?.b`x`;

exports.handler = async () => 1;
