#!/usr/bin/env node
// Lists what prototypes of the language have, in any of the releases that it was run with.
//   for node in node20 node22 node24; do $node generate_prototypes.mjs; done | sort -u > prototypes.txt
// One line for a member and the class that has it: `Array.at`.
const classes = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'RegExp', 'Promise', 'Map', 'Set', 'WeakMap', 'WeakSet'];
for (const name of classes) {
  for (const key of Object.getOwnPropertyNames(globalThis[name].prototype)) console.log(`${name}.${key}`);
}
for (const key of Object.getOwnPropertyNames(/x/)) console.log(`RegExp.${key}`);
