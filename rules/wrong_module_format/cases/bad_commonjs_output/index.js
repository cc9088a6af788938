"use strict";
Object.defineProperty(exports, "__esModule", { value: true }); // ~ wrong-module-format
exports.handler = async () => 1;
