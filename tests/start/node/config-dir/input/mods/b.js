throw new Error('b');
