#!/usr/bin/env node
// Lists what Node's own modules export, and the static members of its globals, by what `typeof` says of each.
//   node generate_exports.mjs > exports.txt
// One line for a module or global and a type: `os function: arch cpus ..`.
import { builtinModules, createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const modules = builtinModules.filter((name) => !name.startsWith('_') && !['repl', 'sys', 'wasi'].includes(name));
const globals = ['Buffer', 'Date', 'Intl', 'WebAssembly', 'Uint8Array', 'performance', 'crypto', 'console', 'Atomics', 'BigInt'];
process.removeAllListeners('warning').on('warning', () => {});
console.log(`# Made by generate_exports.mjs with Node ${process.version}.`);
const list = (name, value, keys) => {
  const byType = {};
  // Deprecated getters would warn and may throw.
  for (const key of keys.sort()) { let type; try { type = typeof value[key]; } catch { continue; } if (/^[\w$]+$/.test(key)) (byType[type] ??= []).push(key); }
  for (const type of Object.keys(byType).sort()) console.log(`${name} ${type}: ${byType[type].join(' ')}`);
};
for (const name of modules.sort()) { const value = require(name); list(name, value, Object.keys(Object.getOwnPropertyDescriptors(value))); }
for (const name of globals) {
  const value = globalThis[name], keys = new Set();
  for (let at = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) for (const key of Object.getOwnPropertyNames(at)) keys.add(key);
  list(name, value, [...keys]);
}
