outer: for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === 1) continue outer; if (i === 2) break outer; } if (i < 3) throw new Error('x'); }

exports.handler = async () => 1;
