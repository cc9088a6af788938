exports.when = new Intl.DateTimeFormat('en-US', { timeZone: 'Mars/Olympus' });

exports.handler = async () => 1;
