exports.money = new Intl.NumberFormat('en-US', { style: 'currency' });

exports.handler = async () => 1;
