// Requests to the API from this page, with the headers that the visitor gave.
const exchange = (() => {
  const facts = JSON.parse(document.getElementById("facts").textContent);
  facts.api = new URL(facts.api, document.baseURI).href;
  const given = document.getElementById("headers");

  /**
   * The visitor's headers, a line each. The interaction id names what a request does, so one that is
   * given is changed for each request.
   */
  function givenHeaders(interaction) {
    const headers = {};
    for (const line of given.value.split("\n")) {
      const [name, value] = [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()];
      if (line.includes(":") && name) {
        const isInteraction = facts.interactionHeaders.some((known) => known.toLowerCase() === name.toLowerCase());
        headers[name] = isInteraction ? value.replace(/(:fhir:rest:)[a-z-]+(:)/, `$1${interaction}$2`) : value;
      }
    }
    return headers;
  }

  /**
   * Send one request. Resolves to what was sent and answered; `status` is 0 and `body` says why if
   * nothing was answered.
   */
  async function send(interaction, method, path, headers = {}, body = undefined) {
    const all = { Accept: "application/fhir+json", ...headers, ...givenHeaders(interaction) };
    const request = { method, url: facts.api + path, headers: all, body };
    try {
      const answer = await fetch(request.url, { method, headers: all, body, credentials: "omit" });
      const text = await answer.text();
      return {
        request,
        status: answer.status,
        reason: answer.statusText,
        headers: Object.fromEntries(answer.headers),
        body: text,
        resource: resourceOf(text),
      };
    } catch (failure) {
      return { request, status: 0, reason: "", headers: {}, body: `The server gave no answer (${failure.message}).` };
    }
  }

  function resourceOf(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** What an answer says in words: the diagnostics of its outcome, or its text. */
  function wordsOf(answer) {
    const issues = answer.resource?.issue ?? [];
    const words = issues.map((issue) => issue.diagnostics ?? issue.details?.coding?.[0]?.display ?? issue.code);
    return words.length ? words : [answer.body || `HTTP ${answer.status}`];
  }

  /** A new element with text, attributes and children; texts are never read as HTML. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  return { facts, send, wordsOf, element };
})();
