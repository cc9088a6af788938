const end = new Date('2024-01-31T00:00:00Z');
end.setUTCMonth(1);
if (end.toISOString() !== '2024-02-29T00:00:00.000Z') throw new Error('months differ');

exports.handler = async () => 1;
