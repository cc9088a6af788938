new RegExp('(?i:a)b');

exports.handler = async () => 1;
