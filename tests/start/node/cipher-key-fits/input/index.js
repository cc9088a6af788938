const { createCipheriv } = require('node:crypto');
exports.cipher = createCipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16));

exports.handler = async () => 1;
