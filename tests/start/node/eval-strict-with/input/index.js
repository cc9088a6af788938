"use strict";
eval("with ({}) {}");
exports.handler = async () => 1;
