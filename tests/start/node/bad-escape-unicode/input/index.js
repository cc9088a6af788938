const x = '\u{zz}';

exports.handler = async () => 1;
