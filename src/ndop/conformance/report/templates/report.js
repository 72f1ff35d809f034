const byId = (id) => document.getElementById(id);
const controls = ["text", "outcome", "level", "area"].map(byId);
const tests = [...document.querySelectorAll("details.test")];
const rows = [...document.querySelectorAll("#requirements-table tbody tr")];
const texts = new Map([...tests, ...rows].map((one) => [one, one.textContent.toLowerCase()]));

function fits(one) {
  const [text, outcome, level, area] = controls.map((control) => control.value);
  return (!outcome || one.dataset.outcome === outcome)
    && (!level || one.dataset.level === level)
    && (!area || one.dataset.area === area)
    && text.toLowerCase().split(/\s+/).every((word) => texts.get(one).includes(word));
}

function show() {
  const count = (all) => all.filter((one) => !(one.hidden = !fits(one))).length;
  byId("shown").textContent =
    `${count(tests)} of ${tests.length} tests and `
    + `${count(rows)} of ${rows.length} requirements are shown.`;
}

function open(whether) {
  for (const test of tests) if (!test.hidden) test.open = whether;
}

/** Show what a link inside the page leads to, even if it is filtered out or closed. */
function reveal() {
  const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden) { byId("filter").reset(); show(); }
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

for (const control of controls) control.addEventListener("input", show);
byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("filter").addEventListener("reset", () => setTimeout(show));
byId("open").addEventListener("click", () => open(true));
byId("close").addEventListener("click", () => open(false));
byId("print").addEventListener("click", () => print());
addEventListener("hashchange", reveal);
show();
reveal();
