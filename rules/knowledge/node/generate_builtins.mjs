#!/usr/bin/env node
// Measures what each of Node's own modules costs to load when the Lambda runtime client has loaded
// http, util, stream and async_hooks already, and writes builtins.toml.
//   node generate_builtins.mjs [--rounds 9] > builtins.toml
// For each module: the public modules it is the first to load, and the milliseconds that remain
// once theirs are subtracted (so that a set of modules adds up), minimum of the CPU time
// over fresh processes.
// Globals that Node loads when they are first read (`Response` brings all of undici) are measured
// alike, as `globalThis.X`; those that load the same internals share one cost, under the first name.
import { spawnSync } from 'node:child_process';
import { builtinModules } from 'node:module';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 9;
const names = builtinModules.filter((n) => !n.startsWith('_') && !['repl', 'sys', 'test', 'wasi', 'inspector/promises'].includes(n)).sort();
const globals = ['Response', 'FormData', 'Headers', 'Request', 'WebSocket', 'MessageEvent', 'EventSource', 'CloseEvent', 'ReadableStream', 'WritableStream', 'TransformStream', 'CompressionStream', 'DecompressionStream', 'TextDecoderStream', 'TextEncoderStream', 'CryptoKey', 'BroadcastChannel', 'MessageChannel', 'performance']
  .filter((n) => n in globalThis);
const probe = `import 'node:http'; import 'node:util'; import 'node:stream'; import 'node:async_hooks';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const before = process.moduleLoadList.length, name = process.argv[1], t = process.cpuUsage();
if (name?.startsWith('globalThis.')) globalThis[name.slice(11)]; else if (name) require(name);
const spent = process.cpuUsage(t), ms = (spent.user + spent.system) / 1e3;
const list = (from, to) => process.moduleLoadList.slice(from, to).filter((m) => m.startsWith('NativeModule ') && !m.includes('internal/')).map((m) => m.slice(13));
process.stdout.write(JSON.stringify({ ms, loads: list(before), internals: process.moduleLoadList.slice(before), preloaded: name ? undefined : list(0, before) }));`;
const run = (name) => JSON.parse(spawnSync(process.execPath, ['--input-type=module', '-e', probe, ...(name ? [name] : [])], { encoding: 'utf8' }).stdout);

names.push(...globals.map((n) => `globalThis.${n}`));
const preloaded = new Set(run('').preloaded);
const found = new Map();
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    const got = run(name), old = found.get(name);
    if (!old || got.ms < old.ms) found.set(name, got);
  }
}
const loads = (name) => found.get(name).loads.filter((n) => n !== name && found.has(n));
const leaders = [];
for (const name of globals.map((n) => `globalThis.${n}`)) {
  const mine = found.get(name).internals.filter((n) => n.includes('internal/'));
  const leader = leaders.find((l) => mine.length > 3 && mine.filter((n) => found.get(l).internals.includes(n)).length > 0.8 * Math.max(mine.length, found.get(l).internals.length - found.get(l).loads.length));
  if (leader) {
    found.get(leader).ms = Math.min(found.get(leader).ms, found.get(name).ms);
    found.set(name, { ms: 0, loads: [leader] });
  }
  else leaders.push(name);
}
const own = new Map();
for (const name of [...names].sort((a, b) => loads(a).length - loads(b).length)) {
  const rest = loads(name).reduce((sum, other) => sum + (own.get(other) ?? 0), 0);
  own.set(name, Math.max(0, found.get(name).ms - rest));
}
console.log(`# Made by generate_builtins.mjs with Node ${process.version}, least CPU time of ${rounds} fresh processes, milliseconds.`);
for (const name of names) {
  console.log(`\n[[module]]\nname = "${name}"\nms = ${own.get(name).toFixed(3)}\npreloaded = ${preloaded.has(name)}\nloads = ${JSON.stringify(loads(name))}`);
}
