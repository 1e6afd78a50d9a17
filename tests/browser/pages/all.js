// A stand-in for Atlassian's all.js: the part of it that the pages use, by messages of its own.
//
// It talks to whoever framed the page, which `host.js` is for, and to nobody else: the origin is in the URL
// that Jira has signed, as xdm_e. What the real one does is described at
// https://developer.atlassian.com/cloud/jira/platform/about-the-javascript-api/ and …/connect-theming/

(() => {
  const host = new URLSearchParams(location.search).get("xdm_e");
  const waiting = new Map();
  let asked = 0;

  function ask(what, details = {}) {
    return new Promise((resolve) => {
      asked += 1;
      waiting.set(asked, resolve);
      parent.postMessage({ ask: what, number: asked, ...details }, host);
    });
  }

  function applyTheme({ colorMode }) {
    document.documentElement.dataset.colorMode = colorMode;
    document.documentElement.dataset.theme = "dark:dark light:light spacing:spacing";
  }

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || origin !== host) {
      return;
    }
    if (data.theme) {
      applyTheme(data.theme);
    }
    waiting.get(data.number)?.(data.answer);
    waiting.delete(data.number);
  });

  // The real one measures what is inside .ac-content, and the host gives the iframe that height.
  addEventListener("load", () => {
    const content = document.querySelector(".ac-content");
    const resize = () => ask("resize", { height: Math.ceil(content.getBoundingClientRect().height) });
    new ResizeObserver(resize).observe(content);
  });

  window.AP = {
    context: {
      getToken: (callback) => ask("token").then((token) => (callback ? callback(token) : token)),
    },
    theming: {
      initializeTheming: () => ask("theme").then(applyTheme),
    },
    resize: (_width, height) => ask("resize", { height: parseInt(height, 10) }),
  };
})();
