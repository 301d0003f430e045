"use strict";
(function () {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const root = document.documentElement;

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // Paper has no folds: what they hold is unfolded for it, and folded again.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    opened.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));

  const form = document.getElementById("filters");
  const findings = all("article.finding");
  const shown = document.getElementById("shown");
  const more = document.getElementById("more");
  const step = 100;
  let limit = step;
  let fitting = findings;
  let clearing = true;
  const number = (value) => value.toLocaleString("en-US");
  const fold = (text) => text.toLocaleLowerCase();
  // Texts of thousands are read when somebody looks for words, not before.
  let texts = null;
  const page = () => {
    fitting.forEach((finding, at) => finding.classList.toggle("later", at >= limit));
    const rest = fitting.length - limit;
    more.hidden = rest <= 0;
    more.firstElementChild.textContent = rest > step ? "Show " + step + " more of " + number(rest) : "Show the other " + number(rest);
  };
  const order = (by) => {
    const people = (finding) => Number(finding.dataset.people);
    const sorted = by === "people" ? findings.slice().sort((one, other) => people(other) - people(one)) : findings;
    const list = document.getElementById("list");
    if (sorted.some((finding, at) => list.children[at] !== finding)) list.append(...sorted);
    return sorted;
  };
  const apply = () => {
    const data = new FormData(form);
    const words = fold(String(data.get("words") || "")).split(/\s+/).filter(Boolean);
    const rule = String(data.get("rule") || "");
    const field = String(data.get("field") || "");
    const severities = new Set(data.getAll("severity"));
    const fresh = data.get("fresh") !== null;
    if (words.length && !texts) texts = new Map(findings.map((finding) => [finding, fold(finding.textContent)]));
    fitting = order(String(data.get("order") || "")).filter((finding) => {
      const own = finding.dataset;
      const fits = severities.has(own.severity) && (!rule || own.rule === rule) && (!field || own.field === field) &&
        (!fresh || own.state === "new") && words.every((word) => texts.get(finding).includes(word));
      finding.hidden = !fits;
      return fits;
    });
    const count = fitting.length;
    shown.textContent = count === findings.length ? "All " + number(count) + " shown" : number(count) + " of " + number(findings.length) + " shown";
    limit = step;
    page();
  };

  // A link to a finding shows it, whatever the filters say.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const one = target.querySelector(":scope > details");
    if (one) {
      if (target.hidden) { clearing = false; form.reset(); apply(); }
      if (target.classList.contains("later")) { limit = fitting.indexOf(target) + 1; page(); }
      one.open = true;
    }
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#f-']");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });

  if (form) {
    form.hidden = false;
    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, findings.length > 1000 ? 150 : 0); });
    form.addEventListener("reset", () => { if (clearing) setTimeout(apply, 0); clearing = true; });
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("unfold").addEventListener("click", () => {
      const folded = fitting.slice(0, limit).map((finding) => finding.firstElementChild);
      const open = folded.some((one) => !one.open);
      folded.forEach((one) => { one.open = open; });
    });
    more.firstElementChild.addEventListener("click", () => {
      const first = fitting[limit];
      limit += step;
      page();
      if (first) first.querySelector("summary").focus();
    });
    apply();
  }
  reveal();
})();
