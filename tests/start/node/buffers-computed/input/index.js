const b = Buffer.concat([Buffer.from('68c3a9', 'hex'), Buffer.from('aGk=', 'base64'), Buffer.alloc(2, 0x2d)]);
if (b.toString() !== 'héhi--' || b.length !== 7 || !Buffer.isBuffer(b) || !(b instanceof Uint8Array)) throw new Error(b.toString());
const n = Buffer.alloc(8);
n.writeUInt32BE(258, 0);
n.writeInt16LE(-2, 4);
if (n.toString('hex') !== '00000102feff0000' || n.readUInt16BE(2) !== 258 || n[3] !== 2) throw new Error(n.toString('hex'));
if (n.subarray(0, 4).equals(Buffer.from([0, 0, 1, 2])) !== true || Buffer.byteLength('é') !== 2) throw new Error('parts');
if (btoa('hi') !== 'aGk=' || atob('aGk=') !== 'hi' || new TextEncoder().encode('€').length !== 3) throw new Error('base64');

exports.handler = async () => 1;
