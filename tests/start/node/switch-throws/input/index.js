switch (typeof 1) { case 'number': throw new Error('x'); }

exports.handler = async () => 1;
