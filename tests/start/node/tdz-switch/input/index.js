switch (1) { case 0: let x = 1; break; case 1: x; }

exports.handler = async () => 1;
