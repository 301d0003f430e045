"use strict";
// Opens a report from disk in headless Chromium and looks at it. `node check.js SUITE FILE [MORE]`; what is wrong is said
// on standard error, and the exit code is 1. Run by tests/browser.rs, which makes the reports.

const fs = require("node:fs");
const { pathToFileURL } = require("node:url");
const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 375, height: 760 };

// A page that has said nothing, asked for nothing and broken no rule of its own: `quiet` proves it at the end.
async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: "light", ...options });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { said.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => asked.push(request.url()));
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
  });
  const url = pathToFileURL(file).href + (options.hash || "");
  await page.goto(url, { waitUntil: "load" });
  const quiet = async () => {
    assert.deepEqual(await page.evaluate(() => window.violations), [], "violations of its own policy");
    assert.deepEqual(said, [], "console and dialogs");
    assert.deepEqual(asked.filter((one) => !one.startsWith(url.split("#")[0])), [], "requests");
    await context.close();
  };
  return { page, quiet };
}

// Findings that a reader sees, by their place in the list.
const seen = (page) => page.$$eval("article.finding", (all) =>
  all.filter((one) => one.getClientRects().length > 0).map((one) => ({ ...one.dataset, id: one.id, text: one.textContent })));
const told = (page) => page.textContent("#shown");
const opens = (page, open) => page.$$eval("details", (all, open) => all.forEach((one) => { one.open = open; }), open);

async function more(page) {
  while (await page.isVisible("#more button")) await page.click("#more button");
}

// What the list shows after a change of the filters, every page of it.
async function filtered(page, change) {
  await change();
  await page.waitForTimeout(50);
  await more(page);
  return seen(page);
}

async function filters(page) {
  const all = await filtered(page, async () => {});
  assert.ok(all.length > 20, `${all.length} findings`);
  const says = async (found) => assert.equal(await told(page),
    found.length === all.length ? `All ${all.length} shown` : `${found.length} of ${all.length} shown`);
  await says(all);
  const same = async (name, found, wanted) => {
    assert.deepEqual(found.map((one) => one.id).sort(), wanted.map((one) => one.id).sort(), name);
    assert.ok(found.length > 0 && found.length < all.length, `${name}: ${found.length}`);
    await says(found);
    await page.click("button[type=reset]");
    await page.waitForTimeout(50);
  };
  const rule = all[0].rule;
  await same("rule", await filtered(page, () => page.selectOption("select[name=rule]", rule)), all.filter((one) => one.rule === rule));
  const field = all[1].field;
  await same("field", await filtered(page, () => page.selectOption("select[name=field]", field)), all.filter((one) => one.field === field));
  for (const severity of ["error", "warning", "note"]) {
    const found = await filtered(page, () => page.uncheck(`input[value=${severity}]`));
    await same(severity, found, all.filter((one) => one.severity !== severity));
  }
  const words = await filtered(page, () => page.fill("input[type=search]", "EMAIL duplicate"));
  await same("words", words, all.filter((one) => /email/i.test(one.text) && /duplicate/i.test(one.text)));
  const both = await filtered(page, async () => {
    await page.selectOption("select[name=rule]", rule);
    await page.fill("input[type=search]", "zoho");
  });
  await same("both", both, all.filter((one) => one.rule === rule && /zoho/i.test(one.text)));
  const none = await filtered(page, () => page.fill("input[type=search]", "no such word anywhere"));
  assert.deepEqual([none.length, await told(page)], [0, `0 of ${all.length} shown`]);
  await page.click("button[type=reset]");
  const ranked = await filtered(page, () => page.selectOption("select[name=order]", "people"));
  const people = ranked.map((one) => Number(one.people));
  assert.deepEqual(people, people.slice().sort((one, other) => other - one), "most people first");
  const back = await filtered(page, () => page.selectOption("select[name=order]", ""));
  assert.deepEqual(back.map((one) => one.id), all.map((one) => one.id), "worst first again");
}

async function keyboard(page) {
  const focused = () => page.evaluate(() => {
    const one = document.activeElement;
    return one.id || one.name || one.className || one.getAttribute("href") || one.tagName.toLowerCase();
  });
  const reached = [];
  await page.evaluate(() => window.scrollTo(0, 0));
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press("Tab");
    reached.push(await focused());
    if (await page.evaluate(() => document.activeElement.matches(".finding summary"))) break;
  }
  assert.equal(reached[0], "skip", "the first stop leads to the report");
  const wanted = ["#findings", "theme", "words", "rule", "field", "order", "severity", "unfold", "shown"].slice(0, 8);
  for (const name of wanted) assert.ok(reached.includes(name), `Tab reaches ${name}: ${reached.join(" ")}`);
  const isOpen = () => page.evaluate(() => document.activeElement.parentElement.open);
  assert.equal(await isOpen(), false);
  await page.keyboard.press("Enter");
  assert.equal(await isOpen(), true, "Enter unfolds");
  await page.keyboard.press("Space");
  assert.equal(await isOpen(), false, "Space folds");
  await page.focus("#unfold");
  await page.keyboard.press("Enter");
  assert.ok(await page.$eval("article.finding details", (one) => one.open), "all unfold");
  await page.keyboard.press("Enter");
  assert.ok(!await page.$eval("article.finding details", (one) => one.open), "all fold");
}

// A link to the last finding shows it, also where filters hide it and where it is on a later page.
async function links(browser, file, page) {
  const last = await page.$$eval("article.finding", (all) => all[all.length - 1].id);
  const shows = async (page, how) => {
    const found = await page.$eval(`#${last}`, (one) => ({ open: one.firstElementChild.open, top: one.getBoundingClientRect().top }));
    assert.ok(found.open && found.top >= 0 && found.top < WIDE.height, `${how}: ${JSON.stringify(found)}`);
  };
  const direct = await open(browser, file, { hash: `#${last}`, reducedMotion: "reduce" });
  await direct.page.waitForTimeout(200);
  await shows(direct.page, "opened with a link");
  await direct.page.fill("input[type=search]", "no such word anywhere");
  await direct.page.waitForTimeout(100);
  await direct.page.evaluate(() => { location.hash = ""; });
  await direct.page.evaluate((last) => { location.hash = last; }, last);
  await direct.page.waitForTimeout(300);
  await shows(direct.page, "hidden by a filter");
  await direct.quiet();
  for (const target of await page.$$eval("a[href]", (all) => all.map((one) => one.getAttribute("href")))) {
    assert.match(target, /^#/, "links stay on the page");
  }
  const dead = await page.$$eval("a[href]", (all) =>
    all.map((one) => one.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id)));
  assert.deepEqual(dead, [], "links without a target");
}

async function accessible(page, name) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const violations = found.violations.map((one) =>
    `${one.id} (${one.impact}): ${one.nodes.length}, e.g. ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].failureSummary}`);
  assert.deepEqual(violations, [], `axe-core, ${name}`);
}

async function looks(browser, file) {
  for (const colorScheme of ["light", "dark"]) {
    const { page, quiet } = await open(browser, file, { colorScheme });
    // What is out of sight is looked at too.
    const visible = () => page.$$eval("article.finding", (all) => all.forEach((one) => { one.style.contentVisibility = "visible"; }));
    await visible();
    await more(page);
    await opens(page, false);
    await accessible(page, `${colorScheme}, folded`);
    await opens(page, true);
    await accessible(page, `${colorScheme}, unfolded`);
    if (colorScheme === "light") {
      await page.click("#theme");
      assert.equal(await page.$eval("html", (one) => getComputedStyle(one).colorScheme), "dark", "the button turns it dark");
      await opens(page, false);
      await accessible(page, "turned dark");
    }
    await quiet();
  }
}

async function paper(browser, file) {
  const { page, quiet } = await open(browser, file);
  await page.emulateMedia({ media: "print" });
  const hidden = await page.$$eval("article.finding, .body, .fold > *, .checklist ul", (all) =>
    all.filter((one) => one.checkVisibility && !one.checkVisibility({ contentVisibilityAuto: false })).map((one) => one.className || one.id));
  assert.deepEqual(hidden, [], "what paper does not show");
  for (const away of ["nav", ".skip", "#theme", "#unfold"]) assert.ok(!await page.isVisible(away), `${away} is of no use on paper`);
  const size = (await page.pdf({ format: "A4" })).length;
  assert.ok(size > 10000, `${size} bytes of PDF`);
  await quiet();
}

async function narrow(browser, file) {
  const { page, quiet } = await open(browser, file, { viewport: NARROW });
  for (const unfolded of [false, true]) {
    await more(page);
    await opens(page, unfolded);
    await page.$$eval("article.finding", (all) => all.forEach((one) => { one.style.contentVisibility = "visible"; }));
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(widths[0] <= widths[1], `the page scrolls sideways: ${widths}`);
  }
  await quiet();
}

const suites = {
  async opens(browser, file) {
    const { page, quiet } = await open(browser, file);
    assert.match(await page.title(), /^crmlint: /);
    assert.equal(await page.$$eval("h1", (all) => all.length), 1);
    await page.click("article.finding summary");
    await quiet();
  },
  // A page without findings.
  async still(browser, file) {
    const { page, quiet } = await open(browser, file);
    assert.equal(await page.$$eval("article.finding", (all) => all.length), 0);
    await opens(page, true);
    await accessible(page, "without findings");
    await page.click("#theme");
    await quiet();
  },
  async filters(browser, file) {
    const { page, quiet } = await open(browser, file);
    await filters(page);
    await quiet();
  },
  async keyboard(browser, file) {
    const { page, quiet } = await open(browser, file, { reducedMotion: "reduce" });
    await keyboard(page);
    await links(browser, file, page);
    await quiet();
  },
  axe: looks,
  paper,
  narrow,
  // A report that knows earlier runs: what is new can be seen alone, and the lines have their numbers beside them.
  async trend(browser, file) {
    const { page, quiet } = await open(browser, file);
    const all = await filtered(page, async () => {});
    const wanted = all.filter((one) => one.state === "new");
    assert.ok(wanted.length > 0 && wanted.length < all.length, `${wanted.length} of ${all.length} are new`);
    const found = await filtered(page, () => page.check("input[name=fresh]"));
    assert.deepEqual(found.map((one) => one.id), wanted.map((one) => one.id), "only new");
    assert.equal(await told(page), `${wanted.length} of ${all.length} shown`);
    await page.click("button[type=reset]");
    await page.waitForTimeout(50);
    assert.equal(await told(page), `All ${all.length} shown`);
    assert.ok((await page.textContent("main")).includes("Since 2026-05-30: "));
    assert.ok(await page.$$eval(".spark svg polyline", (all) => all.length) > 3, "lines of the runs");
    await opens(page, true);
    const runs = await page.$$eval(".scroll[aria-label='The last runs'] tbody tr", (all) => all.map((one) => one.cells.length));
    assert.deepEqual(runs, [7, 7], "a line a run");
    await quiet();
  },

  // Values that try to be markup; the third argument lists what a reader must see, as JSON.
  async hostile(browser, file, texts) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, quiet } = await open(browser, file, { colorScheme });
      await more(page);
      await opens(page, true);
      const found = await page.evaluate(() => {
        const all = Array.from(document.querySelectorAll("*"));
        return {
          script: document.scripts.length,
          style: document.querySelectorAll("style, link, [style]").length,
          foreign: all.map((one) => one.localName).filter((name) => ["img", "iframe", "object", "embed", "base", "video", "audio"].includes(name)),
          handlers: all.flatMap((one) => Array.from(one.attributes)).filter((one) => /^on/i.test(one.name)).length,
          addresses: all.filter((one) => one.hasAttribute("src") || /^(?!#)/.test(one.getAttribute("href") || "#")).length,
          turned: /[\u0000\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.textContent),
          text: document.querySelector("main").textContent,
        };
      });
      const { text, ...counts } = found;
      assert.deepEqual(counts, { script: 1, style: 1, foreign: [], handlers: 0, addresses: 0, turned: false });
      for (const wanted of JSON.parse(texts)) assert.ok(text.includes(wanted), `nobody sees ${wanted}`);
      if (colorScheme === "light") await accessible(page, "hostile");
      await quiet();
    }
    await narrow(browser, file);
    await paper(browser, file);
  },

  // Thousands of findings: size, first paint, pages, and filters that answer.
  async large(browser, file, wanted) {
    const { page, quiet } = await open(browser, file);
    const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
    const total = await page.$$eval("article.finding", (all) => all.length);
    assert.ok(total >= Number(wanted), `${total} findings`);
    assert.equal((await seen(page)).length, 100, "a page of them at first");
    await page.click("#more button");
    assert.equal((await seen(page)).length, 200);
    const started = Date.now();
    await page.fill("input[type=search]", "stage_0777");
    await page.waitForFunction(() => /^\d of /.test(document.getElementById("shown").textContent));
    const search = Date.now() - started;
    const size = fs.statSync(file).size;
    assert.ok(size < 10e6, `${size} bytes`);
    assert.ok(paint < 2000 * Number(process.env.SLACK || 1), `first paint after ${paint} ms`);
    assert.ok(search < 3000 * Number(process.env.SLACK || 1), `words found after ${search} ms`);
    await quiet();
    console.log(`${total} findings: ${(size / 1e6).toFixed(1)} MB, first paint ${Math.round(paint)} ms, words found in ${search} ms`);
  },

  async picture(browser, file, place) {
    const { page, quiet } = await open(browser, file, { viewport: { width: 1280, height: 1480 }, reducedMotion: "reduce" });
    await page.click("article.finding summary");
    await page.mouse.move(0, 0);
    await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
    await page.screenshot({ path: place });
    await quiet();
  },
};

(async () => {
  const [suite, file, ...rest] = process.argv.slice(2);
  const executablePath = BROWSERS.find((path) => path && fs.existsSync(path));
  if (!executablePath) throw new Error("Chromium is missing: apt-get install chromium, or name it in CHROMIUM");
  const browser = await chromium.launch({ executablePath, args: QUIET });
  try {
    await suites[suite](browser, file, ...rest);
  } finally {
    await browser.close();
  }
})().catch((error) => {
  console.error(error.stack || String(error));
  process.exitCode = 1;
});
