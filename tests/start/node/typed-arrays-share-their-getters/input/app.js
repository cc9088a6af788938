const tag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Object.getPrototypeOf(new Int8Array())),
  Symbol.toStringTag
).get;
const TypedArray = Object.getPrototypeOf(Uint8Array);
const length = Object.getOwnPropertyDescriptor(TypedArray.prototype, 'length').get;
if (tag.call(new Uint8Array(2)) !== 'Uint8Array') throw new Error('no tag');
if (length.call(new Uint8Array(2)) !== 2) throw new Error('no length');
if (Object.getPrototypeOf(TypeError) !== Error) throw new Error('no error');
exports.handler = async () => 1;
