// Jira's side of the stand-in for all.js: what the page around an app's iframe does for the script in it.
//
// It is loaded before the iframe, so that no question is missed. It answers the frame's window at the app's own
// origin and nobody else: a page that the frame may have been led to gets no token.

(() => {
  const AUTO_CLOSE_MILLISECONDS = 8000;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stage = () => document.getElementById("stage");
  const frame = () => stage().querySelector("iframe");
  const told = () => JSON.parse(stage().dataset.host);
  let flags = 0;

  function theme() {
    const chosen = document.documentElement.dataset.colorMode;
    return { colorMode: chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen };
  }

  function length(value) {
    const text = typeof value === "number" ? `${value}px` : String(value);
    if (!CSS.supports("height", text)) {
      throw new Error(`AP.resize takes numbers of pixels and lengths, not ${text}.`);
    }
    return text;
  }

  async function token() {
    const response = await fetch(stage().dataset.tokenUrl, { method: "POST" });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(answer.error);
    }
    return answer.token;
  }

  function flag({ title, body, type = "info", close = "manual" }) {
    flags += 1;
    const shown = document.getElementById("flag").content.firstElementChild.cloneNode(true);
    shown.id = `flag-${flags}`;
    shown.dataset.type = type;
    shown.querySelector(".flag-title").textContent = title ?? "";
    shown.querySelector(".flag-body").textContent = body ?? "";
    shown.querySelector("button").addEventListener("click", () => shown.remove());
    document.getElementById("flags").append(shown);
    if (close === "auto") {
      setTimeout(() => shown.remove(), AUTO_CLOSE_MILLISECONDS);
    }
    return shown.id;
  }

  const answers = {
    token,
    theme,
    flag,
    context: () => told().context,
    user: () => told().user,
    location: () => location.href,
    closeFlag: ({ flag: id }) => document.getElementById(id)?.remove(),
    resize: ({ width, height }) => {
      stage().classList.remove("fills");
      frame().style.width = length(width);
      frame().style.height = length(height);
    },
    sizeToParent: () => {
      frame().removeAttribute("style");
      stage().classList.add("fills");
    },
  };

  function send(message) {
    frame().contentWindow.postMessage(message, stage().dataset.origin);
  }

  addEventListener("message", async ({ source, origin, data }) => {
    if (source !== frame().contentWindow || origin !== stage().dataset.origin || !Object.hasOwn(answers, data.ask)) {
      return;
    }
    try {
      send({ number: data.number, answer: await answers[data.ask](data.details) });
    } catch (error) {
      send({ number: data.number, error: error.message });
    }
  });

  dark.addEventListener("change", () => send({ theme: theme() }));

  // The page in the frame stays open while its next token is made to expire.
  addEventListener("submit", async (event) => {
    if (event.target.id === "expire") {
      event.preventDefault();
      await fetch(event.target.action, { method: "POST" });
      document.getElementById("expiring").textContent = "The next token that the page asks for has expired already.";
    }
  });
})();
