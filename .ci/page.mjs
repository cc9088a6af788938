// Opens an HTML report in Chromium and tries it as a reader would.   node page.mjs REPORT.html [DIFFERENCE.html [FLEET.html]]
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

  await page.evaluate(() => document.querySelectorAll('.function > details').forEach((details) => (details.open = true)));
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
// The difference of two reports: a table that sorts, no violation.
if (process.argv[3]) {
  for (const [width, colorScheme] of [[390, 'dark'], [1280, 'light']]) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    await page.goto(pathToFileURL(process.argv[3]).href);
    const change = page.getByRole('button', { name: 'change' }).first();
    await change.focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('th[aria-sort=descending]').count(), 1, 'Enter sorts');
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert(!wider, `the difference scrolls sideways at ${width}`);
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    for (const found of violations) console.error(found.id, found.help, found.nodes.slice(0, 3).map((node) => node.html));
    assert.equal(violations.length, 0, `${violations.length} violations`);
    await page.close();
    console.log(`difference ${width} ${colorScheme}: sorted by keyboard, no violation`);
  }
}

// Two hundred functions with a package of ten thousand files: it opens, searches and scrolls without a hitch.
if (process.argv[4]) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const start = Date.now();
  await page.goto(pathToFileURL(process.argv[4]).href);
  const opened = Date.now() - start;
  const functions = await page.locator('section.function').count();
  const typed = await page.evaluate(() => {
    const from = performance.now();
    const input = document.querySelector('.narrow');
    input.value = '199';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return performance.now() - from;
  });
  assert.equal(await page.locator('section[aria-labelledby=overview] tbody tr:visible').count(), 1, 'the search leaves one');
  const frames = await page.evaluate(async () => {
    const times = [];
    for (let last = performance.now(), step = 0; step < 120; step += 1) {
      scrollBy(0, 400);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b);
  });
  const [half, most] = [frames[60], frames[108]].map((ms) => ms.toFixed(0));
  console.log(`fleet of ${functions}: opened in ${opened} ms, search ${typed.toFixed(0)} ms, frames ${half} ms (half), ${most} ms (90 %)`);
  assert(opened < 10_000 && typed < 200 && frames[60] < 50, 'the page of a fleet is slow');
  await page.close();
}
await browser.close();
