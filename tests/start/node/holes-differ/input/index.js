const places = new Array(3).map((_, i) => i);
if (places[2] !== 2) throw new Error('nothing was filled in');

exports.handler = async () => 1;
