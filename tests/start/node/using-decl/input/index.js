{ using x = { [Symbol.dispose]() {} }; }

exports.handler = async () => 1;
