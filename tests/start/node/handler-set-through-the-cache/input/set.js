module.exports = () => { require.cache[require.resolve("./index.js")].exports.handler = async () => 1; };
