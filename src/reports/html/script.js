"use strict";
(function () {
  const form = document.getElementById("filters");
  if (!form) return;
  form.hidden = false;
  const findings = Array.from(document.querySelectorAll("article.finding"));
  const shown = document.getElementById("shown");
  const fold = (text) => text.toLocaleLowerCase();
  const texts = findings.map((finding) => fold(finding.textContent));
  const apply = () => {
    const data = new FormData(form);
    const words = fold(String(data.get("words") || "")).split(/\s+/).filter(Boolean);
    const rule = String(data.get("rule") || "");
    const field = String(data.get("field") || "");
    const severities = new Set(data.getAll("severity"));
    const fresh = data.get("fresh") !== null;
    let count = 0;
    findings.forEach((finding, at) => {
      const own = finding.dataset;
      const fits = severities.has(own.severity) && (!rule || own.rule === rule) && (!field || own.field === field) &&
        (!fresh || own.state === "new") && words.every((word) => texts[at].includes(word));
      finding.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = count === findings.length ? "All " + count + " shown" : count + " of " + findings.length + " shown";
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  const folded = () => Array.from(document.querySelectorAll("article.finding > details"));
  document.getElementById("unfold").addEventListener("click", () => {
    const all = folded().filter((one) => !one.parentElement.hidden);
    const open = all.some((one) => !one.open);
    all.forEach((one) => { one.open = open; });
  });
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    const one = target && target.querySelector(":scope > details");
    if (one) { target.hidden = false; one.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => folded().forEach((one) => { one.open = true; }));
  apply();
  reveal();
})();
