// Sets the preference of a made-up patient as a portal would, and shows each request and answer.
(() => {
  const form = document.getElementById("portal");
  if (!form) {
    return;
  }
  const { facts, send, wordsOf, element } = exchange;
  const number = document.getElementById("nhs-number");
  const purpose = document.getElementById("purpose");
  const state = document.getElementById("preference");
  const log = document.getElementById("exchanges");
  const versions = document.getElementById("versions");
  const JSON_TYPE = { "Content-Type": "application/fhir+json" };

  number.value = madeUpNumber();
  document.getElementById("another").addEventListener("click", () => {
    number.value = madeUpNumber();
    state.textContent = `A new patient, ${number.value}, of whom nothing is stored yet.`;
    log.replaceChildren();
    versions.replaceChildren();
  });
  document.getElementById("look-up").addEventListener("click", () => begin(lookUp));
  document.getElementById("show-history").addEventListener("click", () => begin(showHistory));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(save);
  });

  /** A number of the range that is never given to a patient, with a valid check digit. */
  function madeUpNumber() {
    for (;;) {
      const digits = `999${String(Math.floor(Math.random() * 1e6)).padStart(6, "0")}`;
      const sum = [...digits].reduce((total, digit, index) => total + digit * (10 - index), 0);
      const check = (11 - (sum % 11)) % 11;
      if (check < 10) {
        return digits + check;
      }
    }
  }

  async function begin(task) {
    if (!/^\d{10}$/.test(number.value.trim())) {
      state.textContent = "Expected an NHS number of ten digits.";
      number.focus();
      return;
    }
    state.textContent = "Asking the server …";
    log.replaceChildren();
    versions.replaceChildren();
    await task();
  }

  function patientReference() {
    return facts.patientReference.replace(/\d{10}$/, number.value.trim());
  }

  function chosenPurpose() {
    return facts.purposes[purpose ? purpose.value : 0];
  }

  async function exchangeAndLog(...request) {
    const answer = await send(...request);
    log.append(entryOf(answer));
    return answer;
  }

  /** The stored Consent about the purpose; null if there is none, undefined if the server refused. */
  async function find() {
    const answer = await exchangeAndLog("search-type", "GET", `/${facts.type}?${facts.patientParameter}=${encodeURIComponent(patientReference())}`);
    if (answer.status !== 200) {
      refused(answer);
      return undefined;
    }
    const consents = (answer.resource?.entry ?? []).map((entry) => entry.resource);
    const { code } = chosenPurpose();
    return consents.find((one) => facts.purposes.length === 1 || one.purpose?.some((coding) => coding.code === code)) ?? null;
  }

  async function lookUp() {
    const consent = await find();
    if (consent !== undefined) {
      state.textContent = consent ? stateOf(consent) : "Nothing is stored about this patient, so the data may be shared.";
    }
  }

  function stateOf(consent) {
    const meaning = consent.status === facts.optedOut ? "Opted out" : "Not opted out";
    return `${meaning} (status ${consent.status}), version ${consent.meta?.versionId}, as of ${consent.dateTime}.`;
  }

  async function save() {
    const stored = await find();
    if (stored === undefined) {
      return;
    }
    const consent = await newConsent();
    if (!consent) {
      return;
    }
    const answer = stored
      ? await exchangeAndLog("update", "PUT", `/${facts.type}/${stored.id}`,
          { ...JSON_TYPE, "If-Match": `W/"${stored.meta.versionId}"` }, JSON.stringify({ ...consent, id: stored.id }, null, 2))
      : await exchangeAndLog("create", "POST", `/${facts.type}`, JSON_TYPE, JSON.stringify(consent, null, 2));
    if (answer.status !== 200 && answer.status !== 201) {
      refused(answer);
      return;
    }
    const saved = await find();
    if (saved) {
      state.textContent = `Saved. ${stateOf(saved)}`;
    }
  }

  /** The example Consent of the edition, for this patient, with this choice, from now. */
  async function newConsent() {
    const answer = await fetch(facts.template);
    if (!answer.ok) {
      state.textContent = `The example to begin with was not found (HTTP ${answer.status}).`;
      return undefined;
    }
    const text = await answer.text();
    const example = JSON.parse(text)[facts.patientElement].reference.slice(-10);
    const consent = JSON.parse(text.replaceAll(example, number.value.trim()));
    const { id, meta, ...content } = consent;
    return {
      ...content,
      ...(meta?.profile && { meta: { profile: meta.profile } }),
      status: form.elements.status.value,
      dateTime: new Date().toISOString().replace(/\.\d+Z$/, "+00:00"),
      purpose: [chosenPurpose()],
    };
  }

  async function showHistory() {
    const answer = facts.historyBy
      ? await exchangeAndLog("history-type", "GET", `/${facts.type}/_history?${facts.historyBy}=${encodeURIComponent(patientReference())}`)
      : await historyOfOne();
    if (!answer) {
      return;
    }
    if (answer.status !== 200) {
      refused(answer);
      return;
    }
    const consents = (answer.resource?.entry ?? []).map((entry) => entry.resource);
    state.textContent = consents.length ? `${consents.length} versions, the newest first.` : "There is no history of this patient.";
    if (consents.length) {
      versions.append(element("table", {},
        element("caption", {}, "The history of the preference"),
        element("thead", {}, element("tr", {}, ...["Version", "Status", "As of", "About"].map((name) => element("th", { scope: "col" }, name)))),
        element("tbody", {}, ...consents.map((one) => element("tr", {},
          element("th", { scope: "row" }, one.meta?.versionId ?? ""),
          element("td", {}, one.status), element("td", {}, one.dateTime ?? ""),
          element("td", {}, one.purpose?.map((coding) => coding.display ?? coding.code).join(", ") ?? ""))))));
    }
  }

  async function historyOfOne() {
    const consent = await find();
    if (!consent) {
      if (consent === null) {
        state.textContent = "There is no history of this patient.";
      }
      return undefined;
    }
    return exchangeAndLog("history-instance", "GET", `/${facts.type}/${consent.id}/_history`);
  }

  function refused(answer) {
    state.textContent = `Refused${answer.status ? ` with HTTP ${answer.status}` : ""}: ${wordsOf(answer).join(" ")}`;
  }

  function entryOf(answer) {
    const { request } = answer;
    const sent = [`${request.method} ${request.url}`, ...linesOf(request.headers), "", request.body ?? ""].join("\n").trim();
    const received = [`HTTP ${answer.status} ${answer.reason}`.trim(), ...linesOf(answer.headers), "", readable(answer)].join("\n").trim();
    return element("li", {},
      element("details", { open: "" },
        element("summary", {}, `${request.method} ${decodeURIComponent(request.url.slice(facts.api.length))}: ${answer.status || "no answer"}`),
        element("h3", {}, "Request"), element("pre", { tabindex: "0" }, sent),
        element("h3", {}, "Answer"), element("pre", { tabindex: "0" }, received)));
  }

  function linesOf(headers) {
    return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  }

  function readable(answer) {
    return answer.resource ? JSON.stringify(answer.resource, null, 2) : answer.body;
  }
})();
