const [major] = process.versions.node.split('.').map(Number);
if (major < 22) throw new Error('needs 22');

exports.handler = async () => 1;
