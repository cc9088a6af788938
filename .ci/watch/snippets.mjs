// Whether the CDK snippets of the table are TypeScript: as statements, as properties of an object, or as an expression.
//   node snippets.mjs SNIPPETS.json TYPESCRIPT
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ts = createRequire(import.meta.url)(process.argv[3]);
const ways = [(text) => text, (text) => `({ ${text}\n})`, (text) => `(${text}\n)`];
let broken = 0;
for (const [name, text] of Object.entries(JSON.parse(readFileSync(process.argv[2], 'utf8')))) {
  const errors = ways.map((way) => ts.transpileModule(way(text), { reportDiagnostics: true }).diagnostics);
  if (errors.some((list) => list.length === 0)) continue;
  broken += 1;
  console.error(name, ts.flattenDiagnosticMessageText(errors[0][0].messageText, ' '), '\n', text);
}
process.exit(broken ? 1 : 0);
