const x = 1;
function f() { x = 2; }

exports.handler = async () => 1;
