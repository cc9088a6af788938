// Opens an HTML report in Chromium and tries it as a reader would.   node page.mjs REPORT.html
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const page_url = pathToFileURL(process.argv[2]).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
for (const [width, colorScheme] of [[390, 'light'], [1280, 'dark']]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
  const requests = [];
  page.on('request', (request) => request.url() !== page_url && requests.push(request.url()));
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(page_url);

  const all = await page.locator('.finding').count();
  await page.getByRole('checkbox', { name: /^note/ }).uncheck();
  const fewer = await page.locator('.finding:visible').count();
  assert(fewer < all, 'unchecking notes hides them');
  await page.getByRole('checkbox', { name: /^note/ }).check();

  const first = page.locator('.icicle .cell').first();
  await first.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.match(await page.locator('.chain').first().textContent(), /└/, 'Enter shows the chain');

  const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert(!wider, `the page scrolls sideways at ${width}`);
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const found of violations) console.error(found.id, found.help, found.nodes.slice(0, 3).map((node) => node.html));
  assert.equal(violations.length, 0, `${violations.length} violations`);
  assert.deepEqual([requests, errors], [[], []]);
  await page.close();
  console.log(`${width} ${colorScheme}: ${all} findings, no violation, no request`);
}
await browser.close();
