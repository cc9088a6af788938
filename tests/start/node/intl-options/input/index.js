exports.money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR', maximumFractionDigits: 2 });
exports.when = new Intl.DateTimeFormat('de-DE', { timeZone: 'Europe/Berlin' });

exports.handler = async () => 1;
