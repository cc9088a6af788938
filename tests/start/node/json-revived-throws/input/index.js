exports.settings = JSON.parse('{"port":"x"}', (key, value) => { if (key === 'port' && Number.isNaN(Number(value))) throw new TypeError('port is no number'); return value; });

exports.handler = async () => 1;
