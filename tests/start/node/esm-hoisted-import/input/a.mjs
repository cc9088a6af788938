if (!globalThis.flag) throw new Error('x');
