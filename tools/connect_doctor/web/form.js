// The form's fields have the names of the command's options; so has a link.

const LINES = ["header", "previous-secret"];
const NAMES = { request: "pasted", header: "headers", data: "body", "previous-secret": "previous_secrets" };
const SECRETS = ["secret", "previous-secret"];

/** What is asked, with the names that connect_doctor.question.Question has. */
export function questionOf(form, file) {
  const question = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || !value.trim()) continue;
    const member = NAMES[name] ?? name.replaceAll("-", "_");
    if (LINES.includes(name)) question[member] = value.split("\n").filter((line) => line.trim());
    else if (name === "status") question[member] = Number(value);
    else if (name === "signature-cut-off") question[member] = true;
    else question[member] = SECRETS.includes(name) ? value : value.trim();
  }
  if (file) question[file.name.endsWith(".har") ? "har" : "pasted"] = file.text;
  if (file && question.har) delete question.pasted;
  return question;
}

/** Fill the form by names of fields; those that are not named become empty. A link fills in no secret. */
export function fill(form, values, { secrets = false } = {}) {
  form.reset();
  for (const [name, value] of values) {
    const field = form.elements.namedItem(name);
    if (!field || SECRETS.includes(name) && !secrets) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  const more = form.querySelector("details");
  more.open = [...more.querySelectorAll("[name]:not([name=at])")]
    .some((field) => field.type === "checkbox" ? field.checked : field.value);
}
