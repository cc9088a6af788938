"use strict";
const made = Object.defineProperty({}, "a", { value: 1, writable: true });
delete made.a;
exports.handler = async () => made;
