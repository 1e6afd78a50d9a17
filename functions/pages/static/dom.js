// Elements without HTML: text is always text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function show(target, ...children) {
  target.replaceChildren(...children);
  target.removeAttribute("aria-busy");
}

export function lozenge(kind, text) {
  return element("span", { class: `lozenge ${kind}` }, text);
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function time(seconds) {
  const age = seconds - Date.now() / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(age) >= length) ?? [null, 1];
  const when = new Date(seconds * 1000);
  return element(
    "time",
    { datetime: when.toISOString(), title: absolute.format(when) },
    unit ? relative.format(Math.round(age / length), unit) : "just now",
  );
}

// A message in place of what could not be shown, with a way to try again.
export function failure(text, again) {
  const button = element("button", { type: "button", class: "button subtle-button" }, "Try again");
  button.addEventListener("click", again);
  return element("div", { class: "message", role: "alert" }, element("p", {}, text), button);
}
