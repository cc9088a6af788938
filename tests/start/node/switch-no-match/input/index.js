switch (typeof 1) { case 'string': throw new Error('x'); }

exports.handler = async () => 1;
