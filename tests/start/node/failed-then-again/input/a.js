if (!global.seen) { global.seen = 1; throw new Error('first'); }
