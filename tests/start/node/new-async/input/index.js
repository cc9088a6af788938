async function f() {}
new f();

exports.handler = async () => 1;
