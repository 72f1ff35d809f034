const byId = (id) => document.getElementById(id);
const controls = ["text", "outcome", "level", "area"].map(byId);
const tests = [...document.querySelectorAll("details.test")];
const rows = [...document.querySelectorAll("#requirements-table tbody tr")];
const texts = new Map([...tests, ...rows].map((one) => [one, one.textContent.toLowerCase()]));

function matches(one) {
  const [text, outcome, level, area] = controls.map((control) => control.value);
  return (!outcome || one.dataset.outcome === outcome)
    && (!level || one.dataset.level === level)
    && (!area || one.dataset.area === area)
    && text.toLowerCase().split(/\s+/).every((word) => texts.get(one).includes(word));
}

function applyFilter() {
  const count = (all) => all.filter((one) => !(one.hidden = !matches(one))).length;
  byId("shown").textContent =
    `${count(tests)} of ${tests.length} tests and `
    + `${count(rows)} of ${rows.length} requirements are shown.`;
}

function setOpen(isOpen) {
  for (const test of tests) if (!test.hidden) test.open = isOpen;
}

/** Scroll to the target of a link within the page, even if it is filtered out or closed. */
function reveal() {
  const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden) { byId("filter").reset(); applyFilter(); }
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

for (const control of controls) control.addEventListener("input", applyFilter);
byId("filter").addEventListener("submit", (event) => event.preventDefault());
byId("filter").addEventListener("reset", () => setTimeout(applyFilter));
byId("open").addEventListener("click", () => setOpen(true));
byId("close").addEventListener("click", () => setOpen(false));
byId("print").addEventListener("click", () => print());
addEventListener("hashchange", reveal);
applyFilter();
reveal();
