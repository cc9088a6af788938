let instance;
class S { constructor() { if (instance) throw new Error('one only'); instance = this; } }
new S();

exports.handler = async () => 1;
