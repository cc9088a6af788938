throw new Error('always');
