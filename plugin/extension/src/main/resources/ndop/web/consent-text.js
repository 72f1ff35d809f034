// Finds the Consents in a text that a visitor pasted, and keeps their places in it.
const consentText = (() => {
  const NAMESPACE = ' xmlns="http://hl7.org/fhir"';

  /**
   * The parts of a text to validate one by one, each as long as the whole so that its lines are the
   * same: `{ label, text, mediaType, shift }`. The text of a Bundle has a part for each entry, that
   * of anything else is one part, for the server to judge. `shift` is what was added before a place.
   */
  function partsOf(text) {
    const isXml = text.trimStart().startsWith("<");
    const mediaType = isXml ? "application/fhir+xml" : "application/fhir+json";
    const ranges = isXml ? rangesInXml(text) : rangesInJson(text);
    if (!ranges) {
      return [{ label: "", text, mediaType }];
    }
    return ranges.map(([start, end], index) => {
      const cut = blank(text.slice(0, start)) + text.slice(start, end) + blank(text.slice(end));
      const part = { label: `Entry ${index + 1}`, text: cut, mediaType };
      return isXml ? withNamespace(part, start) : part;
    });
  }

  function blank(text) {
    return text.replace(/[^\r\n]/gu, " ");
  }

  /** The namespace may stand on an element outside the part. */
  function withNamespace(part, start) {
    const tag = /^<[^\s/>]+/.exec(part.text.slice(start))[0];
    if (/\sxmlns\s*=/.test(part.text.slice(start, part.text.indexOf(">", start)))) {
      return part;
    }
    const at = start + tag.length;
    const before = part.text.slice(0, at);
    const line = before.split("\n").length;
    return {
      ...part,
      text: before + NAMESPACE + part.text.slice(at),
      shift: { line, column: at - before.lastIndexOf("\n"), by: NAMESPACE.length },
    };
  }

  /** Where the resources of a Bundle's entries stand; undefined if it is not a Bundle in JSON. */
  function rangesInJson(text) {
    try {
      if (JSON.parse(text)?.resourceType !== "Bundle") {
        return undefined;
      }
    } catch {
      return undefined;
    }
    // It is well formed, so a walk over strings and brackets is enough.
    const ranges = [];
    const path = [];
    let key = "";
    const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;
    for (let found; (found = token.exec(text)); ) {
      const [one] = found;
      if (one === "{" || one === "[") {
        path.push({ key, start: found.index });
        key = "";
      } else if (one === "}" || one === "]") {
        const names = path.map((level) => level.key).join("/");
        const { start } = path.pop();
        if (one === "}" && names === "/entry//resource") {
          ranges.push([start, token.lastIndex]);
        }
      } else if (one === ",") {
        key = "";
      } else if (one !== ":" && /^\s*:/.test(text.slice(token.lastIndex, token.lastIndex + 50))) {
        key = JSON.parse(one);
      }
    }
    return ranges;
  }

  /** The same in XML. */
  function rangesInXml(text) {
    const root = new DOMParser().parseFromString(text, "application/xml").documentElement;
    if (root.localName !== "Bundle" || root.querySelector("parsererror")) {
      return undefined;
    }
    const ranges = [];
    const path = [];
    const markup = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<!(?:[^>])*>|<\/[^>]*>|<(?:"[^"]*"|'[^']*'|[^>"'])*>/g;
    for (let found; (found = markup.exec(text)); ) {
      const [one] = found;
      if (one.startsWith("<!") || one.startsWith("<?")) {
        continue;
      }
      if (!one.startsWith("</")) {
        path.push({ name: /^<(?:[^\s/>:]*:)?([^\s/>]+)/.exec(one)[1], start: found.index });
      }
      if (one.startsWith("</") || one.endsWith("/>")) {
        const inEntry = path.slice(0, -1).map((level) => level.name).join("/") === "Bundle/entry/resource";
        const { start } = path.pop();
        if (inEntry) {
          ranges.push([start, markup.lastIndex]);
        }
      }
    }
    return ranges;
  }

  return { partsOf };
})();
