const config = await Promise.resolve({});

exports.handler = async () => config;
