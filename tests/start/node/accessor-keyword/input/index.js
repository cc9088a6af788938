class A { accessor x = 1; }

exports.handler = async () => 1;
