for (const text of ["let x", "var y"]) eval(text);
try { eval("return 1"); } catch (error) { exports.first = error.name; }
try { eval("let a = 1; let a = 2"); } catch (error) { exports.second = error.name; }
try { eval("class A { constructor() {} constructor() {} }"); } catch (error) { exports.third = error.name; }
try { eval("await x"); } catch (error) { exports.fourth = error.name; }
exports.handler = async () => 1;
