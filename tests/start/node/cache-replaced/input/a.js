throw new Error('real');
