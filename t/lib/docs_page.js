// The pages of /docs/ in a real browser: they show what they should, at a desk's width and a
// telephone's, ask nobody but their own host, break no rule of the content security policy, and a
// stream can be created from them. Run by t/3e-docs-page.t; writes TAP.
//
//     node docs_page.js URL MODULES CHROMIUM SCREENSHOTS      the API key comes on standard input
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');

const [url, modules, chromiumPath, screenshots] = process.argv.slice(2);
const { chromium } = require(`${modules}/playwright-core`);
const axeSource = fs.readFileSync(`${modules}/axe-core/axe.min.js`, 'utf8');
const apiKey = fs.readFileSync(0, 'utf8').trim();

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 360, height: 740 };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let count = 0;

async function test(what, body) {
    try {
        await body();
        console.log(`ok ${++count} - ${what}`);
    } catch (error) {
        process.exitCode = 1;
        console.log(`not ok ${++count} - ${what}`);
        console.log(String(error.stack ?? error).replace(/^/gm, '# '));
    }
}

// A page of its own, and everything that it must not do.
async function pageNew(browser, options = {}) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: WIDE,
        ...options });
    const page = await context.newPage();
    const faults = [];
    await page.exposeFunction('violationReport', (text) => faults.push(`CSP: ${text}`));
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
            window.violationReport(`${event.violatedDirective} ${event.blockedURI} `
                + `${event.sourceFile}:${event.lineNumber} ${event.sample}`);
        });
    });
    page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`error: ${error}`));
    page.on('request', (request) => {
        if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== url)
            faults.push(`asks ${request.url()}`);
    });
    return { page, faults };
}

async function consoleOpen(page, hash = '') {
    await page.goto(`${url}/docs/${hash}`);
    await page.locator('.opblock').first().waitFor({ timeout: 20000 });
}

const isWithinWidth = (page) =>
    page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

const screenshot = (page, name) => page.screenshot({ path: `${screenshots}/${name}.png` });

// What axe-core finds at fault. Swagger UI's own markup is not ours to mend: an operation's head is
// a button with a link in it, its choice of examples has no name, its boxes of code no focus.
const NOT_OURS = ['nested-interactive', 'select-name', 'scrollable-region-focusable'];

async function axeFaults(page) {
    await page.evaluate(axeSource);
    const found = await page.evaluate((options) => window.axe.run(options), {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'],
        rules: Object.fromEntries(NOT_OURS.map((rule) => [rule, { enabled: false }])),
    });
    return found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`));
}

async function operationsShow(browser) {
    const { page, faults } = await pageNew(browser);
    await consoleOpen(page);
    for (const id of ['Streams-createStream', 'Streams-getStream', 'Stripe-takeStripeEvent'])
        assert(await page.locator(`#operations-${id}`).isVisible(), id);
    assert.match(await page.locator('.info').innerText(), /Headwater API/);
    await screenshot(page, 'reference-1280');
    assert(await isWithinWidth(page), 'wider than the window');
    assert.deepStrictEqual(faults, []);
}

async function operationOpens(browser, viewport, name) {
    const { page, faults } = await pageNew(browser, { viewport });
    await consoleOpen(page, '#/Streams/createStream');
    await page.locator('#operations-Streams-createStream .opblock-body').waitFor();
    assert(await isWithinWidth(page), 'wider than the window');
    await page.locator('.opblock-summary-path').first().scrollIntoViewIfNeeded();
    await screenshot(page, name);
    assert.deepStrictEqual(faults, []);
}

async function authorize(page) {
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(apiKey);
    await page.locator('.auth-btn-wrapper button[type=submit]').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();
}

async function createSucceeds(browser) {
    const { page, faults } = await pageNew(browser);
    await consoleOpen(page, '#/Streams/createStream');
    await authorize(page);
    const operation = page.locator('#operations-Streams-createStream');
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const response = await answered;
    assert.strictEqual(response.status(), 201, await response.text());
    const shown = operation.locator('.live-responses-table .response-col_status').first();
    await shown.waitFor();
    await operation.locator('.live-responses-table').first().scrollIntoViewIfNeeded();
    await screenshot(page, 'created-1280');
    assert.match(await operation.locator('.live-responses-table').first().innerText(), /201/);
    assert.deepStrictEqual(faults, []);
}

async function errorsShow(browser, viewport, name) {
    const { page, faults } = await pageNew(browser, { viewport });
    await page.goto(`${url}/docs/errors.html`);
    assert(await isWithinWidth(page), 'wider than the window');
    await screenshot(page, name);
    await page.goto(`${url}/docs/errors.html#handle_not_found`);
    assert(await page.locator('#handle_not_found h2').isVisible());
    await page.locator('#handle_not_found summary').click();
    assert(await page.locator('#handle_not_found pre').isVisible());
    assert(await isWithinWidth(page), 'wider than the window with an example');
    await screenshot(page, `${name}-anchor`);
    assert.deepStrictEqual(await axeFaults(page), [], 'axe-core');
    assert.deepStrictEqual(faults, []);
}

async function schemeFollows(browser) {
    const { page, faults } = await pageNew(browser, { colorScheme: 'dark' });
    await consoleOpen(page, '#/Streams/createStream');
    await screenshot(page, 'reference-dark');
    await page.goto(`${url}/docs/errors.html`);
    await screenshot(page, 'errors-dark');
    assert.deepStrictEqual(await axeFaults(page), [], 'axe-core');
    assert.deepStrictEqual(faults, []);
}

async function withoutScripts(browser) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${url}/docs/`);
    assert.match(await page.locator('body').innerText(), /needs JavaScript/);
    await page.getByRole('link', { name: 'the page of errors' }).click();
    assert.match(page.url(), /\/docs\/errors\.html$/);
    assert.match(await page.locator('h1').innerText(), /Errors/);
}

async function keyboardWorks(browser) {
    const { page } = await pageNew(browser);
    await consoleOpen(page);
    await page.keyboard.press('Tab');
    assert.strictEqual(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    await page.locator('#operations-Streams-createStream .opblock-summary-control').focus();
    await page.keyboard.press('Enter');
    await page.locator('#operations-Streams-createStream .opblock-body').waitFor();
}

async function referenceIsAccessible(browser, colorScheme) {
    const { page } = await pageNew(browser, { colorScheme });
    await consoleOpen(page, '#/Streams/getStream');
    await page.locator('#operations-Streams-getStream .opblock-body').waitFor();
    assert.deepStrictEqual(await axeFaults(page), []);
}

async function main() {
    const browser = await chromium.launch({ executablePath: chromiumPath, args: FLAGS });
    const run = (what, body, ...rest) => test(what, () => body(browser, ...rest));
    await run('the reference shows every operation', operationsShow);
    await run('an operation, opened, fits a desk', operationOpens, WIDE, 'operation-1280');
    await run('and a telephone', operationOpens, NARROW, 'operation-360');
    await run('a stream is created from the page', createSucceeds);
    await run('the errors show at a desk', errorsShow, WIDE, 'errors-1280');
    await run('and on a telephone', errorsShow, NARROW, 'errors-360');
    await run('dark is followed', schemeFollows);
    await run('without JavaScript there is a way on', withoutScripts);
    await run('the keyboard is enough', keyboardWorks);
    await run('the reference is accessible', referenceIsAccessible, 'light');
    await run('and in the dark', referenceIsAccessible, 'dark');
    await browser.close();
    console.log(`1..${count}`);
}

main();
