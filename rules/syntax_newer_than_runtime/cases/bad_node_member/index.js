const { promise } = Promise.withResolvers(); // ~ syntax-newer-than-runtime

exports.handler = async () => 1;
