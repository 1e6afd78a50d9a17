import { element } from "./elements.js";
import { fill, questionOf } from "./form.js";
import { reportsOf } from "./report.js";

const byId = (id) => document.getElementById(id);
const form = byId("question");
const answers = byId("answer");
const { engine: enginePath, codes } = document.body.dataset;
let file = null;
let asked = 0;

const { start } = await import(enginePath);
const engine = start((loaded) => { byId("progress").value = loaded; });
engine.ready.then(
  () => byId("loading").remove(),
  (failure) => byId("loading").replaceChildren(
    element("p", { class: "unusable", role: "alert" }, `Python could not be loaded: ${failure.message}. Reload the page, or use connect doctor.`)),
);

/** Ask what the form says; an answer that was overtaken by another question is not shown. */
async function explain({ focus = false } = {}) {
  const question = questionOf(form, file);
  if (Object.keys(question).length === 0) return byId("request").focus();
  const mine = ++asked;
  const answer = await engine.answer(question).catch((failure) => ({ unusable: `it cannot be explained: ${failure.message}` }));
  if (mine !== asked) return;
  answers.replaceChildren(...reportsOf(answer, { codes, share }));
  byId("verdict").replaceChildren(element("a", { href: "#answer" }, verdictOf(answer)));
  if (focus) {
    answers.focus({ preventScroll: true });
    answers.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
  }
}

/** The answer in a few words, beside the box. */
function verdictOf({ unusable, reports }) {
  if (unusable) return "That cannot be read: see below";
  return reports.length > 1 ? `${reports.length} requests: see below` : reports[0].headline;
}

async function share(parameters, shown) {
  const link = `${location.origin}${location.pathname}#${parameters}`;
  const box = element("input", { readonly: "", value: link, "aria-label": "The link" });
  const copied = await navigator.clipboard?.writeText(link).then(() => true, () => false);
  shown.replaceChildren(copied ? "Copied: " : "Copy it: ", box);
  box.select();
}

async function take(given) {
  file = given ? { name: given.name, text: await given.text() } : null;
  byId("dropped").textContent = file ? `${file.name} is looked at.` : "";
  if (file) {
    byId("request").value = "";
    await explain({ focus: true });
  }
}

async function showExample(code) {
  await take(null);
  fill(form, Object.entries(await engine.example(code)), { secrets: true });
  await explain({ focus: true });
}

async function follow() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  if (parameters.has("example")) return showExample(parameters.get("example"));
  if ([...parameters.keys()].some((name) => form.elements.namedItem(name) && name !== location.hash.slice(1))) {
    fill(form, parameters);
    await explain({ focus: true });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  explain({ focus: true });
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
byId("request").addEventListener("input", () => take(null));
byId("request").addEventListener("paste", () => setTimeout(() => explain()));
form.addEventListener("change", () => { if (asked) explain(); });
byId("file").addEventListener("change", (event) => take(event.target.files[0]));
byId("forum").addEventListener("click", () => showExample("iss-is-client-key"));
answers.addEventListener("click", (event) => {
  const field = event.target.closest("[data-field]")?.dataset.field;
  if (!field) return;
  event.preventDefault();
  const more = byId(field).closest("details");
  if (more) more.open = true;
  byId(field).focus();
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
document.addEventListener("dragleave", () => document.body.classList.remove("over"));
addEventListener("hashchange", follow);
byId("explain").disabled = false; // until here nobody would have heard it
await follow();
