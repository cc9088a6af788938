'use strict';
function f() { return this.x; }
f();

exports.handler = async () => 1;
