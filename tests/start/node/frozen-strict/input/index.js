'use strict';
const o = Object.freeze({ a: 1 });
o.a = 2;

exports.handler = async () => 1;
