import { element, failure, lozenge, show, time } from "./dom.js";
import { call, explain } from "./jira.js";

const TILES = ["blue", "teal", "purple", "orange", "magenta", "green"];
const KINDS = { business: "Business", service_desk: "Service", software: "Software" };

const at = (id) => document.getElementById(id);

async function greet() {
  const { displayName } = await call("greeting").catch(() => ({}));
  if (displayName) {
    at("greeting").textContent = `Hello, ${displayName}`;
  }
}

function status(code) {
  if (code === 0) {
    return lozenge("removed", "no answer");
  }
  return lozenge(code < 300 ? "success" : "removed", String(code));
}

function none(text) {
  return element("span", { class: "none" }, text);
}

async function health() {
  try {
    const { siteUrl, state, installedAt, lastWebhook, lastCall } = await call("health");
    if (siteUrl) {
      show(at("site"), element("a", { href: siteUrl, target: "_top" }, new URL(siteUrl).host));
    }
    show(
      at("installed"),
      time(installedAt),
      lozenge(state === "enabled" ? "success" : "removed", state),
    );
    show(
      at("webhook"),
      ...(lastWebhook ? [time(lastWebhook.at), element("code", { title: lastWebhook.event }, lastWebhook.event)] : [none("None yet")]),
    );
    show(
      at("call"),
      ...(lastCall ? [time(lastCall.at), status(lastCall.status), element("code", { title: lastCall.call }, lastCall.call)] : [none("None yet")]),
    );
  } catch (error) {
    for (const id of ["installed", "webhook", "call"]) {
      show(at(id), none("Not known"));
    }
  }
  at("health").removeAttribute("aria-busy");
}

function row({ key, name, type, url }) {
  const colour = TILES[[...key].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TILES.length];
  return element(
    "li",
    {},
    element(
      "a",
      { class: "row", href: url, target: "_top" },
      element("span", { class: `tile ${colour}`, "aria-hidden": "true" }, name.slice(0, 1).toUpperCase()),
      element("span", { class: "name" }, name),
      element("span", { class: "subtle" }, [key, KINDS[type]].filter(Boolean).join(" · ")),
    ),
  );
}

async function projects() {
  const target = at("projects");
  target.setAttribute("aria-busy", "true");
  try {
    const { projects: found } = await call("recent-projects");
    show(
      target,
      found.length
        ? element("ul", { class: "rows" }, ...found.map(row))
        : element("p", { class: "message" }, "No projects yet. They appear here once the app has seen one that you may see, too."),
    );
  } catch (error) {
    show(target, failure(explain(error), projects));
  }
}

// The calls of the page are themselves calls to Jira: the health is asked for when they are done.
await Promise.all([greet(), projects()]);
await health();
