"use strict";
(0, eval)("with ({}) {}");
const legacy = (0, eval)("010");
exports.handler = async () => legacy;
