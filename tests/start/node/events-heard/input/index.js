const { EventEmitter } = require('node:events');
const bus = new EventEmitter();
let heard = 0;
bus.once('x', () => heard++);
bus.on('x', () => heard++);
if (bus.emit('x') !== true || bus.emit('none') !== false || heard !== 2 || bus.listenerCount('x') !== 1) throw new Error(String(heard));

exports.handler = async () => 1;
