const t = (s) => { throw new Error(s[0]); };
t`x`;

exports.handler = async () => 1;
