if (global.seen) throw new Error('second');
global.seen = true;
