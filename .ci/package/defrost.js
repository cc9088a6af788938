#!/usr/bin/env node
// Starts the executable of this platform's package; npm has installed the one that fits.
'use strict';
const { spawnSync } = require('node:child_process');
const { readdirSync } = require('node:fs');

/** Whether this Node was linked with musl: its report names no version of glibc. */
function musl() {
  if (process.platform !== 'linux') return false;
  try {
    return !process.report.getReport().header.glibcVersionRuntime;
  } catch {
    return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'));
  }
}

const libc = process.platform === 'linux' ? (musl() ? '-musl' : '-glibc') : '';
const name = `@defrost-lint/${process.platform}-${process.arch}${libc}`;
const file = process.platform === 'win32' ? 'defrost.exe' : 'defrost';
let executable;
try {
  executable = require.resolve(`${name}/${file}`);
} catch {
  console.error(`defrost: the package ${name} is not installed: either npm was told to leave out optional dependencies,`);
  console.error('or there is no build for this platform; `cargo install --locked defrost` builds one.');
  process.exit(2);
}
const { status, signal, error } = spawnSync(executable, process.argv.slice(2), { stdio: 'inherit' });
if (error) {
  console.error(`defrost: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status);
