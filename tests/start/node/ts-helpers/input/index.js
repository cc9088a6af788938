"use strict";
var __importDefault = (this && this.__importDefault) || function (mod) { return (mod && mod.__esModule) ? mod : { "default": mod }; };
Object.defineProperty(exports, "__esModule", { value: true });
exports.x = void 0;
const a_1 = __importDefault(require("./a"));
if (a_1.default !== 5) throw new Error('x');

exports.handler = async () => 1;
