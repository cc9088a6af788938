const { createCipheriv } = require('node:crypto');
exports.cipher = createCipheriv('aes-256-cbc', Buffer.alloc(16), Buffer.alloc(16));

exports.handler = async () => 1;
