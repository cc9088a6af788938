#!/usr/bin/env node
// Lists what each release of Node has: its modules and globals, and the members of both that not all releases have.
//   node generate_versions.mjs NODE16 NODE18 .. > versions.txt      (paths of node binaries, oldest first)
// A line is `kind name first-last`, by major release; nothing behind the dash means that the newest one still has it.
//   module sqlite 22-            require('node:sqlite')
//   global navigator 21-         a global
//   member Promise.try 23-       a member of a global
//   method Array.toSorted 20-    a member of a global's prototype
//   export fs.globSync 22-       a member of what a module exports
// Modules and globals are listed whole, members only where releases differ. Lambda's flags for nodejs20.x and 22.x are set.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const probe = `
const { builtinModules } = require('node:module');
process.removeAllListeners('warning'); process.on('warning', () => {});
const found = [];
// Modules that only their full name asks for are not in the list of all releases.
const prefixed = ['test', 'test/reporters', 'sqlite', 'sea', 'quic', 'ffi', 'sqlite/promises'];
const modules = [...new Set([...builtinModules.map((n) => n.replace(/^node:/, '')), ...prefixed])];
const has = (n) => { try { require('node:' + n); return true; } catch { return false; } };
for (const name of modules) if (has(name)) found.push('module ' + name);
const word = /^[A-Za-z_$][\\w$]*$/;
const own = (v) => { const keys = new Set(); for (let at = v; at && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at)) for (const k of Object.getOwnPropertyNames(at)) keys.add(k); return [...keys].filter((k) => word.test(k)); };
for (const name of own(globalThis)) {
  found.push('global ' + name);
  const d = Object.getOwnPropertyDescriptor(globalThis, name);
  let value; try { value = globalThis[name]; } catch { continue; }
  if (value === globalThis || name === 'process' || value === null || !['object', 'function'].includes(typeof value)) continue;
  for (const key of own(value)) if (!['length', 'name', 'arguments', 'caller', 'prototype'].includes(key)) found.push('member ' + name + '.' + key);
  if (typeof value === 'function' && value.prototype) for (const key of Object.getOwnPropertyNames(value.prototype)) if (word.test(key)) found.push('method ' + name + '.' + key);
}
for (const key of Object.getOwnPropertyNames(process)) if (word.test(key)) found.push('export process.' + key);
for (const name of modules) if (name !== 'process' && !name.startsWith('_') && has(name)) { const v = require('node:' + name); for (const key of Object.getOwnPropertyNames(v)) if (word.test(key)) found.push('export ' + name + '.' + key); }
process.stdout.write(JSON.stringify({ version: process.versions.node, found }));`;

// A file, as code given on the command line sees modules as globals.
const folder = mkdtempSync(join(tmpdir(), 'versions-')), file = join(folder, 'probe.cjs');
writeFileSync(file, probe);
const releases = process.argv.slice(2).map((node) => {
  const flags = ['--no-experimental-require-module', '--no-experimental-detect-module'];
  const lambda = (list) => spawnSync(node, [...list, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  let run = lambda(flags);
  if (run.status !== 0) run = lambda([]);
  const { version, found } = JSON.parse(run.stdout);
  return { version, major: Number(version.split('.')[0]), found: new Set(found) };
});
rmSync(folder, { recursive: true });
const all = new Set(releases.flatMap((release) => [...release.found]));
console.log(`# Made by generate_versions.mjs with Node ${releases.map((r) => r.version).join(', ')}.`);
for (const line of [...all].sort()) {
  const having = releases.filter((release) => release.found.has(line));
  const [first, last] = [having[0], having.at(-1)];
  if (having.length === releases.length && !/^(module|global) /.test(line)) continue;
  // Nobody's code asks for the parts of internals.
  if (/^(export|member|method) .*\._/.test(line)) continue;
  console.log(`${line} ${first.major}-${last === releases.at(-1) ? '' : last.major}`);
}
