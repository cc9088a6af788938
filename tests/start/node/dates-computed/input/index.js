const end = new Date('2024-01-31T00:00:00Z');
end.setUTCMonth(1);
if (end.toISOString() !== '2024-03-02T00:00:00.000Z') throw new Error(end.toISOString());
if (new Date('Jan 5, 2024 10:30:00').getTime() !== Date.UTC(2024, 0, 5, 10, 30)) throw new Error('parse');
if (!Number.isNaN(Date.parse('2024-13-01')) || String(new Date(NaN)) !== 'Invalid Date') throw new Error('invalid');
if (new Date(2024, 0, 2) - new Date(2024, 0, 1) !== 86400000 || Date.now() < 1600000000000) throw new Error('numbers');
if (JSON.stringify({ at: new Date(0) }) !== '{"at":"1970-01-01T00:00:00.000Z"}') throw new Error('json');

exports.handler = async () => 1;
