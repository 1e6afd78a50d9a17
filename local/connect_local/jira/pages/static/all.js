// A stand-in for Atlassian's all.js: the part of it that the laptop's Jira has, by messages of its own.
//
// It speaks to the Jira page around the iframe and to nobody else. Which origin that has is in the frame's
// name, which Jira has set, and which a page within the frame keeps when it leads on to another.
// What the real one does: https://developer.atlassian.com/cloud/jira/platform/about-the-javascript-api/

(() => {
  const MISSING = {
    addon: ["navigate"],
    cookie: ["save", "read", "erase"],
    dialog: ["create", "close", "getCustomData", "getButton", "disableCloseOnSubmit", "createButton"],
    events: ["on", "onPublic", "once", "oncePublic", "onAny", "onAnyPublic", "off", "offPublic", "offAll",
      "offAllPublic", "offAny", "offAnyPublic", "emit", "emitPublic"],
    history: ["back", "forward", "go", "getState", "pushState", "replaceState", "popState"],
    host: ["focus", "getSelectedText"],
    inlineDialog: ["hide"],
    jira: ["refreshIssuePage", "getWorkflowConfiguration", "isDashboardItemEditable", "openCreateIssueDialog",
      "openDatePicker", "openIssueDialog", "setDashboardItemTitle", "initJQLEditor", "showJQLEditor", "isNativeApp"],
    navigator: ["go", "getLocation", "reload"],
    scrollPosition: ["getPosition", "setVerticalPosition"],
    user: ["getTimeZone", "getLocale", "getUser"],
  };
  const script = document.currentScript;
  const options = Object.fromEntries(
    (script.dataset.options ?? "").split(";").map((option) => option.split(":").map((part) => part.trim())),
  );
  const host = frameOptions().origin;
  const waiting = new Map();
  let asked = 0;

  function frameOptions() {
    try {
      return JSON.parse(window.name) ?? {};
    } catch {
      return {};
    }
  }

  function ask(what, details = {}) {
    if (!host) {
      return Promise.reject(new Error("This page is not framed by the laptop's Jira: open it from there."));
    }
    asked += 1;
    const number = asked;
    parent.postMessage({ ask: what, number, details }, host);
    return new Promise((resolve, reject) => {
      waiting.set(number, { resolve, reject });
    });
  }

  // Every method takes a callback at its end, and returns a promise as well.
  function answered(promise, callback) {
    if (typeof callback === "function") {
      promise.then(callback);
    }
    return promise;
  }

  function missing(name) {
    return () => {
      throw new Error(`The laptop's all.js has no ${name}: on a real Jira it is there.`);
    };
  }

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || origin !== host || typeof data !== "object") {
      return;
    }
    if (data.theme && themed) {
      applyTheme(data.theme);
    }
    const question = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.error) {
      question?.reject(new Error(data.error));
    } else {
      question?.resolve(data.answer);
    }
  });

  // --- theme

  let themed = false;

  function applyTheme({ colorMode }) {
    document.documentElement.dataset.colorMode = colorMode;
    document.documentElement.dataset.theme = "dark:dark light:light spacing:spacing";
  }

  async function initializeTheming() {
    themed = true;
    applyTheme(await ask("theme"));
  }

  // --- size

  function resize(width = "100%", height = contentHeight()) {
    return ask("resize", { width, height });
  }

  // As the real one measures: a margin of the first or last thing inside that collapses is not counted.
  function contentHeight() {
    const content = document.querySelector(".ac-content, #content") ?? document.body;
    const { marginTop, marginBottom } = getComputedStyle(content);
    return Math.ceil(content.getBoundingClientRect().height + parseFloat(marginTop) + parseFloat(marginBottom));
  }

  function followContent() {
    new ResizeObserver(() => resize()).observe(document.querySelector(".ac-content, #content") ?? document.body);
  }

  addEventListener("DOMContentLoaded", () => {
    if (options.margin !== "false") {
      document.body.style.setProperty("margin", "0", "important");
    }
    if (!host) {
      return;
    }
    if (options.sizeToParent === "true") {
      ask("sizeToParent");
    } else if (options.resize !== "false") {
      followContent();
    }
  });

  // --- what pages call

  const AP = {
    context: {
      getToken: (callback) => answered(ask("token"), callback),
      getContext: (callback) => answered(ask("context"), callback),
    },
    flag: {
      create: (wish) => {
        if (wish.actions) {
          throw new Error("The laptop's all.js has no actions on flags: on a real Jira they are there.");
        }
        const shown = ask("flag", { title: wish.title, body: wish.body, type: wish.type, close: wish.close });
        return { close: () => shown.then((flag) => ask("closeFlag", { flag })) };
      },
    },
    getLocation: (callback) => answered(ask("location"), callback),
    resize,
    sizeToParent: () => ask("sizeToParent"),
    theming: { initializeTheming },
    user: { getCurrentUser: (callback) => answered(ask("user"), callback) },
    request: missing("AP.request"),
    hideFooter: missing("AP.hideFooter"),
    register: missing("AP.register"),
    define: missing("AP.define"),
    require: missing("AP.require"),
  };
  for (const [module, names] of Object.entries(MISSING)) {
    AP[module] ??= {};
    for (const name of names) {
      AP[module][name] = missing(`AP.${module}.${name}`);
    }
  }
  window.AP = AP;
})();
