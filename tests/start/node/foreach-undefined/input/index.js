const o = {};
o.list.forEach(() => {});

exports.handler = async () => 1;
