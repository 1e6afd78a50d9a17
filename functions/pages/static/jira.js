// What a page needs of the Jira around it, and of the app behind it.

const AP = window.AP;

AP?.theming?.initializeTheming?.();

export class Failed extends Error {
  constructor(status, reason) {
    super(reason ?? `status ${status}`);
    this.status = status;
  }
}

// Older all.js hands the token to a callback only, newer also returns a promise of it.
function freshToken() {
  return new Promise((resolve, reject) => {
    if (!AP) {
      reject(new Failed(0, "no Jira around this page"));
      return;
    }
    AP.context.getToken(resolve)?.then?.(resolve, reject);
  });
}

async function send(method, path) {
  const headers = { Authorization: `JWT ${await freshToken()}` };
  const url = new URL(`../api/${path}`, location.origin + location.pathname);
  return fetch(url, { method, headers, cache: "no-store", credentials: "omit" });
}

// A token lives for minutes, and Jira may hand out the one that it still has; so once more after 401.
export async function call(path, { method = "GET" } = {}) {
  let response = await send(method, path);
  if (response.status === 401) {
    response = await send(method, path);
  }
  if (!response.ok) {
    const answer = await response.json().catch(() => ({}));
    throw new Failed(response.status, answer.reason);
  }
  return response.json();
}

export function explain(failure) {
  switch (failure.status) {
    case 401:
      return "Your session with Jira has ended. Reload the page to begin a new one.";
    case 403:
      return "This is for Jira administrators, and Jira says that you are none.";
    case 502:
      return "Jira did not give the app an answer that it can use.";
    case undefined:
    case 0:
      return "The app cannot be reached. See whether you are online.";
    default:
      return "The app cannot answer just now.";
  }
}
