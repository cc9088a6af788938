const { createHash, createHmac } = require('node:crypto');
if (createHash('sha256').update('a').update('bc').digest('hex') !== 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad') throw new Error('hash');
if (createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex').slice(0, 8) !== '5bdcc146') throw new Error('hmac');

exports.handler = async () => 1;
