import { element, failure, lozenge, show, time } from "./dom.js";
import { call, explain } from "./jira.js";

const WORDS = { 403: "This is for Jira administrators, and Jira says that you are none." };

const at = (id) => document.getElementById(id);

const VALUES = {
  state: (state) => lozenge(state === "enabled" ? "success" : "removed", state),
  installedAt: time,
  siteUrl: (url) => element("a", { href: url, target: "_top" }, url),
  appKey: (key) => element("code", {}, key),
  clientKey: (key) => element("code", {}, key),
};

function installation(values) {
  for (const target of document.querySelectorAll("[data-value]")) {
    const name = target.dataset.value;
    show(target, values ? VALUES[name](values[name]) : "Not known");
  }
  at("installation").removeAttribute("aria-busy");
}

function scopes(found) {
  return element("ul", { class: "scopes" }, ...found.map((scope) => element("li", {}, element("code", {}, scope))));
}

function refusal({ code, request, status, byJira, at: when, why, fix }) {
  return element(
    "li",
    { class: "card refusal" },
    element(
      "p",
      { class: "refusal-head" },
      element("strong", {}, code),
      lozenge(byJira ? "removed" : "moved", `${status} by ${byJira ? "Jira" : "the app"}`),
      element("span", { class: "subtle" }, time(when)),
    ),
    element("p", {}, element("code", {}, request)),
    why ? element("p", {}, `${why} ${fix}`) : null,
  );
}

async function load() {
  try {
    const found = await call("connection");
    installation(found.installation);
    show(at("scopes"), scopes(found.scopes));
    show(
      at("refusals"),
      found.refusals.length
        ? element("ul", { class: "refusals" }, ...found.refusals.map(refusal))
        : element("p", { class: "message" }, "None in the last 30 days."),
    );
  } catch (error) {
    installation(null);
    show(at("scopes"), failure(explain(error, WORDS), load));
    show(at("refusals"), element("p", { class: "message" }, "Not known."));
  }
}

function outcome({ accepted, status, call: made, issuer, actsAs, milliseconds, code, seen, why, fix }) {
  const facts = element(
    "p",
    { class: "subtle" },
    element("code", {}, made),
    ` · signed as ${issuer} · ${status ? `answered ${status}` : "no answer"} after ${milliseconds} ms`,
  );
  if (accepted) {
    const by = actsAs ? ` and knows the app as ${actsAs}` : "";
    return [element("p", {}, lozenge("success", "accepted"), ` Jira has accepted the request${by}.`), facts];
  }
  const said = [seen && `${seen.replace(/\.$/, "")}.`, why, fix].filter(Boolean).join(" ");
  return [
    element("p", {}, lozenge("removed", "refused"), " ", element("strong", {}, code), said ? ` ${said}` : ""),
    facts,
  ];
}

at("test").addEventListener("click", async ({ currentTarget: button }) => {
  button.setAttribute("aria-disabled", "true");
  show(at("outcome"), element("p", { class: "subtle" }, "Asking Jira …"));
  try {
    show(at("outcome"), ...outcome(await call("connection-test", { method: "POST" })));
  } catch (error) {
    show(at("outcome"), element("p", {}, explain(error, WORDS)));
  }
  button.removeAttribute("aria-disabled");
});

await load();
