// Validates what a visitor pastes, opens or drops, and shows the findings at their lines.
(() => {
  const form = document.getElementById("validation");
  if (!form) {
    return;
  }
  const { facts, send, wordsOf, element } = exchange;
  const text = document.getElementById("text");
  const file = document.getElementById("file");
  const verdict = document.getElementById("verdict");
  const report = document.getElementById("report");
  const ALL_LINES = 2000;
  const AROUND = 3;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    validate();
  });
  file.addEventListener("change", () => open(file.files[0]));
  text.addEventListener("dragover", (event) => event.preventDefault());
  text.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) {
      event.preventDefault();
      open(event.dataTransfer.files[0]);
    }
  });

  async function open(chosen) {
    if (!chosen) {
      return;
    }
    report.replaceChildren();
    try {
      text.value = await chosen.text();
      verdict.textContent = `${chosen.name} is in the text field.`;
    } catch (failure) {
      verdict.textContent = `${chosen.name} cannot be read (${failure.message}).`;
    }
  }

  async function validate() {
    report.replaceChildren();
    if (!text.value.trim()) {
      verdict.textContent = "Expected a Consent or a Bundle; the text field is empty.";
      text.focus();
      return;
    }
    verdict.textContent = "Validating …";
    const content = text.value;
    const parts = consentText.partsOf(content);
    const findings = [];
    for (const part of parts) {
      findings.push(...(await findingsOf(part)));
    }
    if (!parts.length) {
      verdict.textContent = "The Bundle has no entry with a resource, so there is nothing to validate.";
      return;
    }
    show(content, findings, parts.length);
  }

  async function findingsOf(part) {
    const answer = await send("operation", "POST", `/${facts.type}/$validate`, { "Content-Type": part.mediaType }, part.text);
    const issues = answer.resource?.issue;
    if (answer.status !== 200 || !issues) {
      return wordsOf(answer).map((words) => ({ part, severity: "error", words, path: "", code: codeOf(answer.resource?.issue?.[0]) }));
    }
    return issues.filter((issue) => issue.code !== "informational").map((issue) => ({
      part,
      severity: issue.severity,
      words: issue.diagnostics ?? issue.code,
      path: issue.expression?.[0] ?? "",
      code: codeOf(issue),
      ...placeOf(issue, part),
    }));
  }

  function codeOf(issue) {
    return issue?.details?.coding?.[0]?.code ?? "";
  }

  function placeOf(issue, part) {
    const value = (name) => issue.extension?.find((one) => one.url.endsWith(`operationoutcome-issue-${name}`))?.valueInteger;
    const [line, column] = [value("line"), value("col")];
    const { shift } = part;
    const isShifted = shift && line === shift.line && column > shift.column;
    return { line, column: isShifted ? Math.max(shift.column, column - shift.by) : column };
  }

  function show(content, findings, count) {
    const errors = findings.filter((one) => one.severity === "error" || one.severity === "fatal");
    const refused = new Set(errors.map((one) => one.part)).size;
    const what = count === 1 ? "The text" : `${refused || "None"} of ${count} entries`;
    verdict.textContent = refused
      ? `${count === 1 ? what : what} would be refused: ${plural(errors.length, "error")}, ${plural(findings.length - errors.length, "remark")}.`
      : `${count === 1 ? "Valid" : `All ${count} entries are valid`}: ${plural(findings.length, "remark")}.`;
    if (findings.length) {
      const heading = element("h3", { tabindex: "-1" }, "Findings");
      report.append(heading, listOf(findings), sourceOf(content, findings));
      heading.focus();
    }
  }

  function plural(number, word) {
    return `${number || "no"} ${word}${number === 1 ? "" : "s"}`;
  }

  function listOf(findings) {
    return element("ol", {}, ...findings.map((finding) => {
      const place = finding.line
        ? element("a", { href: `#line-${finding.line}` }, `line ${finding.line}, column ${finding.column}`)
        : "the whole";
      const label = finding.part.label ? `${finding.part.label}, ` : "";
      return element("li", { class: finding.severity }, element("strong", {}, nameOf(finding)), ` at ${label}`, place, ": ",
        ...(finding.path ? [element("code", {}, finding.path), ": "] : []), finding.words,
        ...(finding.code ? [" (", element("code", {}, finding.code), ")"] : []));
    }));
  }

  function nameOf(finding) {
    return { fatal: "Error", error: "Error", warning: "Warning" }[finding.severity] ?? "Remark";
  }

  /** The lines of the text, of a long one only those around findings. */
  function sourceOf(content, findings) {
    const lines = content.split(/\r\n|\r|\n/);
    const isNear = (number) => lines.length <= ALL_LINES || findings.some((one) => Math.abs(one.line - number) <= AROUND);
    const list = element("ol", { class: "source", "aria-label": "The text, with its findings" });
    lines.forEach((line, index) => {
      const number = index + 1;
      if (isNear(number)) {
        const here = findings.filter((one) => one.line === number);
        list.append(element("li", { value: number, id: `line-${number}`, tabindex: "-1", ...(here.length && { class: "found" }) },
          element("code", {}, line || " "),
          ...here.map((one) => element("p", {}, element("strong", {}, nameOf(one)), `: ${one.words}`))));
      }
    });
    return list;
  }
})();
