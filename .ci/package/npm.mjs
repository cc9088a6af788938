#!/usr/bin/env node
// Makes the npm packages from executables that are built already: one package per platform and a wrapper that
// names them as optional dependencies. Nothing runs at installation, so `--ignore-scripts` changes nothing.
//   npm.mjs OUT TARGET=FOLDER [TARGET=FOLDER ...]    FOLDER holds the executable of that Rust target
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const NAME = 'defrost-lint';
const PLATFORMS = {
  'x86_64-unknown-linux-gnu': { os: 'linux', cpu: 'x64', libc: 'glibc' },
  'aarch64-unknown-linux-gnu': { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  'x86_64-unknown-linux-musl': { os: 'linux', cpu: 'x64', libc: 'musl' },
  'aarch64-unknown-linux-musl': { os: 'linux', cpu: 'arm64', libc: 'musl' },
  'x86_64-apple-darwin': { os: 'darwin', cpu: 'x64' },
  'aarch64-apple-darwin': { os: 'darwin', cpu: 'arm64' },
  'x86_64-pc-windows-msvc': { os: 'win32', cpu: 'x64' },
};

const [out, ...built] = process.argv.slice(2);
if (!out || built.length === 0) {
  console.error('usage: npm.mjs OUT TARGET=FOLDER [TARGET=FOLDER ...]');
  process.exit(2);
}
const cargo = fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8');
const version = /^version = "([^"]+)"/m.exec(cargo)[1];
const description = /^description = "([^"]+)"/m.exec(cargo)[1];
const common = { version, description, license: 'MIT OR Apache-2.0', preferUnplugged: true };

function write(folder, manifest, files) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2) + '\n');
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    fs.copyFileSync(path.join(ROOT, licence), path.join(folder, licence));
  }
  for (const [name, from] of files) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.copyFileSync(from, path.join(folder, name));
    fs.chmodSync(path.join(folder, name), 0o755);
  }
}

const optionalDependencies = {};
for (const argument of built) {
  const [target, folder] = argument.split('=');
  const platform = PLATFORMS[target];
  if (!platform) throw new Error(`${target} is none of ${Object.keys(PLATFORMS).join(', ')}`);
  const name = `@${NAME}/${[platform.os, platform.cpu, platform.libc].filter(Boolean).join('-')}`;
  const suffix = platform.os === 'win32' ? '.exe' : '';
  const manifest = { name, ...common, os: [platform.os], cpu: [platform.cpu], files: ['defrost' + suffix] };
  if (platform.libc) manifest.libc = [platform.libc];
  write(path.join(out, name.replace('/', '-').slice(1)), manifest, [[`defrost${suffix}`, path.join(folder, `defrost${suffix}`)]]);
  optionalDependencies[name] = version;
}
const wrapper = { name: NAME, ...common, bin: { defrost: 'bin/defrost.js' }, files: ['bin', 'README.md'], engines: { node: '>=18' }, optionalDependencies };
write(path.join(out, NAME), wrapper, [
  ['bin/defrost.js', path.join(ROOT, '.ci/package/defrost.js')],
  ['README.md', path.join(ROOT, 'README.md')],
]);
console.log(`${built.length + 1} packages in ${out}`);
