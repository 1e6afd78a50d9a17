import { element } from "./elements.js";

/** An answer as elements. `codes` is where the pages of the codes are; without it the command is named. */
export function reportsOf(answer, { codes, share }) {
  if (answer.unusable) {
    return [element("p", { class: "unusable", role: "alert" }, sentence(answer.unusable))];
  }
  const several = answer.reports.length > 1;
  return [
    ...answer.reports.map((report, index) => reportOf(report, {
      codes, share, number: several ? `${index + 1} of ${answer.reports.length}` : null,
    })),
    element("details", { class: "json" }, element("summary", {}, "As JSON, like ", element("code", {}, "connect doctor --json")),
      element("pre", { tabindex: "0" }, answer.json)),
  ];
}

/** Text whose backticks mark code. */
const inline = (text) => text.split("`").map((part, index) => index % 2 ? element("code", {}, part) : part);

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

function reportOf(report, { codes, share, number }) {
  return element("article", { class: report.verdict },
    number && element("p", { class: "number" }, number),
    element("h2", {}, report.headline),
    report.about && element("p", { class: "about" }, report.about),
    element("p", { class: "request" }, report.request),
    ...report.findings.map((finding, index) => findingOf(finding, index + 1, codes)),
    report.token && tokenOf(report.token),
    report.hash && hashOf(report.hash),
    report.unsettled.length > 0 && unsettledOf(report) || null,
    shareOf(report, share));
}

function findingOf(finding, number, codes) {
  const more = codes
    ? element("a", { href: `${codes}${finding.code}/` }, `All about ${finding.code}, with code`)
    : element("code", {}, `connect doctor --explain ${finding.code}`);
  return element("section", { class: "finding" },
    element("h3", {}, `${number}. `, element("code", {}, finding.code), " ", element("span", { class: finding.certainty }, finding.certainty)),
    element("dl", {},
      ...["seen", "why", "fix"].flatMap((name) => [
        element("dt", {}, name), element("dd", { class: name }, ...inline(finding[name]))])),
    element("p", { class: "more" }, more));
}

function tokenOf(token) {
  const [header, claims] = token.encoded;
  return element("section", { class: "token" },
    element("h3", {}, "The token, taken apart"),
    element("p", { class: "encoded" },
      element("span", { class: "header" }, header ?? ""), ".", element("span", { class: "claims" }, claims ?? ""), ".",
      element("span", { class: "signature" }, "signature")),
    partOf("Header", "header", token.header),
    partOf("Claims", "claims", token.claims),
    element("div", { class: "part signature" }, element("h4", {}, "Signature"),
      element("p", {}, token.mark ? element("mark", {}, token.mark) : token.signature)));
}

function partOf(title, name, rows) {
  return element("div", { class: `part ${name}` }, element("h4", {}, title),
    element("dl", {}, ...rows.flatMap((row) => [
      element("dt", { class: row.mark ? "wrong" : null }, row.name),
      element("dd", { class: row.mark ? "wrong" : null }, row.text || "missing",
        row.mark && " ", row.mark && element("mark", {}, row.mark))])));
}

function hashOf(hash) {
  const section = element("section", { class: "hash" }, element("h3", {}, "The hash of the request, qsh"));
  if (hash.right) {
    section.append(element("dl", {}, ...rows({ "right, of": hash.canonical, qsh: hash.actual })));
    return section;
  }
  const [ofRequest, ofToken] = hash.runs ?? [[{ text: hash.canonical ?? "", same: true }], null];
  section.append(element("div", { class: "sides" },
    side("What is hashed for this request", ofRequest, hash.expected),
    side("What the token's hash is of", ofToken, hash.actual)));
  return section;
}

function side(title, runs, qsh) {
  return element("div", {}, element("h4", {}, title),
    runs
      ? element("p", { class: "canonical" }, ...runs.map(({ text, same }) => same ? text : element("mark", {}, text)))
      : element("p", {}, qsh ? "Of nothing that people usually hash by mistake." : "The token has none."),
    qsh && element("p", { class: "qsh" }, qsh));
}

const rows = (texts) => Object.entries(texts).flatMap(([name, text]) => [
  element("dt", {}, name), element("dd", { class: "canonical" }, text)]);

function unsettledOf(report) {
  return element("section", { class: "unsettled" }, element("h3", {}, "Not settled"),
    element("ul", {}, ...report.unsettled.map((text) => element("li", {}, text))),
    report.missing.length > 0
      ? element("p", {}, "These fields would help: ", ...report.missing.flatMap((option, index) => [
        index ? ", " : "", element("a", { href: `#${option.slice(2)}`, "data-field": option.slice(2) }, element("code", {}, option))]))
      : null);
}

function shareOf(report, share) {
  const shown = element("p", { class: "link", role: "status" });
  return element("p", { class: "share" },
    element("button", { type: "button", class: "quiet", click: () => share(report.link, shown) }, "Copy a link to this question"),
    " ", element("span", { class: "hint" }, "without the secret, and with the signature cut off"), shown);
}
