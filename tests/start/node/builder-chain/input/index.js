class B { constructor() { this.p = []; } add(x) { this.p.push(x); return this; } build() { if (!this.p.length) throw new Error('none'); return this.p; } }
new B().add(1).build();

exports.handler = async () => 1;
