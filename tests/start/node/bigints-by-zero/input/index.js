exports.share = 10n / 0n;

exports.handler = async () => 1;
