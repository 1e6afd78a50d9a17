// What a page needs of the Jira around it, and of the app behind it: calls, never tokens.
//
// A page's script uses nothing else of Connect's AP. So these functions can have something else behind them, such as
// Forge's bridge, and the script stays as it is.

const AP = window.AP;

const OF_JIRA = ["jwt", "xdm_e", "xdm_c", "xdm_deprecated_addon_key_do_not_use", "cp", "lic", "cv"];
const SEGMENTS = /^(?!\.{1,2}(\/|$))[\w.~-]+(\/(?!\.{1,2}(\/|$))[\w.~-]+)*$/;

AP?.theming?.initializeTheming?.();

export class Failed extends Error {
  constructor(status, { reason, message } = {}) {
    super(message ?? reason ?? `status ${status}`);
    this.status = status;
    this.reason = reason;
  }
}

// Older all.js hands a value to a callback only, newer also returns a promise of it.
function asked(ask) {
  return new Promise((resolve, reject) => {
    if (!AP) {
      reject(new Failed(0, { message: "no Jira around this page" }));
      return;
    }
    ask(resolve)?.then?.(resolve, reject);
  });
}

// The parameters of the page's URL, as the descriptor names them: signed by Jira, but input to a call all the same.
export const query = new URLSearchParams(location.search);
for (const name of OF_JIRA) {
  query.delete(name);
}

async function send(method, url, body) {
  const headers = { Authorization: `JWT ${await asked((resolve) => AP.context.getToken(resolve))}` };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  return fetch(url, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
  });
}

// Calls the app, and returns what its function returns. `path` is as it is registered, such as `due/EX-1`.
// A token lives for minutes, and Jira may hand out the one that it still has; so once more after 401.
export async function call(path, { method = "GET", body, query = {} } = {}) {
  if (!SEGMENTS.test(path)) {
    throw new Failed(0, { message: `not a path of a call: ${path}` });
  }
  const url = new URL(`../api/${path}`, location.origin + location.pathname);
  url.search = new URLSearchParams(query);
  let response = await send(method, url, body);
  if (response.status === 401) {
    response = await send(method, url, body);
  }
  if (!response.ok) {
    throw new Failed(response.status, await response.json().catch(() => ({})));
  }
  return response.json();
}

// Calls Jira's REST API as the user, and returns the JSON of its answer; null if that is empty.
export async function callJira(path, { method = "GET", body } = {}) {
  const data = body === undefined ? {} : { contentType: "application/json", data: JSON.stringify(body) };
  try {
    const answer = await asked(() => AP.request({ url: path, type: method, ...data }));
    return answer.body ? JSON.parse(answer.body) : null;
  } catch (error) {
    throw error.xhr ? new Failed(error.xhr.status) : error;
  }
}

// The issue and the project that the page is shown for, with `id` and `key`, or null. Nothing proves them here; the
// app's functions have those that Jira's token proves.
export async function context() {
  const { jira } = await asked((resolve) => AP.context.getContext(resolve));
  return { issue: jira?.issue ?? null, project: jira?.project ?? null };
}

// The frame follows the size of the page by itself; this is for what lies outside its flow.
export function resize(width, height) {
  AP?.resize?.(width, height);
}

// A message at the edge of Jira's page. `type` is info, success, warning or error.
export function flag({ title, body = "", type = "info" }) {
  AP?.flag?.create({ title, body, type, close: type === "error" ? "manual" : "auto" });
}

export const dialog = {
  // Opens the page of a module of the descriptor over Jira's. Returns what that page closes it with.
  open(key, { data, ...options } = {}) {
    return asked((resolve) => void AP.dialog.create({ key, ...options, customData: data }).on("close", resolve));
  },
  // What the page that opened this one gave as `data`.
  data() {
    return asked((resolve) => AP.dialog.getCustomData(resolve));
  },
  close(data) {
    AP?.dialog?.close(data);
  },
};

export const navigation = {
  toIssue(key) {
    AP?.navigator?.go("issue", { issueKey: key });
  },
  // To a path of the site, such as `/browse/EX-1`.
  toPath(path) {
    AP?.navigator?.go("site", { relativeUrl: path });
  },
  reload() {
    AP?.navigator?.reload();
  },
};

// What to tell people of a failure. `words` has, by status, what this page says better.
export function explain(failure, words = {}) {
  const { status = 0 } = failure;
  if (words[status]) {
    return words[status];
  }
  switch (status) {
    case 400:
    case 409:
      return failure.message;
    case 401:
      return "Your session with Jira has ended. Reload the page to begin a new one.";
    case 403:
      return "Jira says that you may not do this.";
    case 502:
      return "Jira did not give the app an answer that it can use.";
    case 0:
      return "The app cannot be reached. See whether you are online.";
    default:
      return "The app cannot answer just now.";
  }
}
