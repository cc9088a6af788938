if ([1].nothing !== undefined || 'a'.nothing !== undefined || (5).nothing || new Map().nothing || new Set([1]).length) throw new Error('something');
String.prototype.shout = function () { return this.toUpperCase() + '!'; };
if ('a'.shout() !== 'A!') throw new Error('patched');
Array.prototype.__defineGetter__('last', function () { return this[this.length - 1]; });
if ([1, 2].last !== 2) throw new Error('getter');

exports.handler = async () => 1;
