function plain(a) {}
plain.extra = 1;
const arrow = () => {};
const names = (value) => Object.getOwnPropertyNames(value).join();
if (names(plain) !== "length,name,arguments,caller,prototype,extra") throw new Error(names(plain));
if (names(arrow) !== "length,name") throw new Error(names(arrow));
const length = Object.getOwnPropertyDescriptor(plain, "length");
if (length.enumerable || length.value !== 1) throw new Error("length");
if (Object.keys(plain).join() !== "extra") throw new Error("keys");
exports.handler = async () => 1;
