const t = () => 1;
t`\u{zz}`;

exports.handler = async () => 1;
