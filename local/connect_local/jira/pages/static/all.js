// A stand-in for Atlassian's all.js: the part of it that the laptop's Jira has, by messages of its own.
//
// It speaks to the Jira page around the iframe and to nobody else. Which origin that has is in the frame's
// name, which Jira has set, and which a page within the frame keeps when it leads on to another.
// What the real one does: https://developer.atlassian.com/cloud/jira/platform/about-the-javascript-api/

(() => {
  const MISSING = {
    addon: ["navigate"],
    cookie: ["save", "read", "erase"],
    host: ["focus", "getSelectedText"],
    inlineDialog: ["hide"],
    jira: ["getWorkflowConfiguration", "isDashboardItemEditable", "openCreateIssueDialog", "openDatePicker",
      "openIssueDialog", "setDashboardItemTitle", "initJQLEditor", "showJQLEditor", "isNativeApp"],
    scrollPosition: ["getPosition", "setVerticalPosition"],
    user: ["getUser"],
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
    if (data.event) {
      heard(data.event);
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

  // --- events

  const listeners = new Set();

  function listen(isPublic, once, name, listener, filter) {
    listeners.add({ isPublic, once, name, listener, filter });
  }

  function forget(isPublic, matches) {
    for (const each of [...listeners]) {
      if (each.isPublic === isPublic && matches(each)) {
        listeners.delete(each);
      }
    }
  }

  function heard({ name, args, isPublic, sender }) {
    for (const each of [...listeners]) {
      const isMeant = each.isPublic === isPublic && (each.name === null || each.name === name);
      if (!isMeant || (typeof each.filter === "function" && !each.filter(sender))) {
        continue;
      }
      if (each.once) {
        listeners.delete(each);
      }
      each.listener(...(each.name === null ? [name, ...args] : args));
    }
  }

  function ofName(name, listener) {
    return (each) => each.name === name && (listener === undefined || each.listener === listener);
  }

  const events = {
    on: (name, listener) => listen(false, false, name, listener),
    once: (name, listener) => listen(false, true, name, listener),
    onAny: (listener) => listen(false, false, null, listener),
    off: (name, listener) => forget(false, ofName(name, listener)),
    offAll: (name) => forget(false, ofName(name)),
    offAny: (listener) => forget(false, ofName(null, listener)),
    emit: (name, ...args) => void ask("emit", { name, args, isPublic: false }),
    onPublic: (name, listener, filter) => listen(true, false, name, listener, filter),
    oncePublic: (name, listener, filter) => listen(true, true, name, listener, filter),
    onAnyPublic: (listener, filter) => listen(true, false, null, listener, filter),
    offPublic: (name, listener) => forget(true, ofName(name, listener)),
    offAllPublic: (name) => forget(true, ofName(name)),
    offAnyPublic: (listener) => forget(true, ofName(null, listener)),
    emitPublic: (name, ...args) => void ask("emit", { name, args, isPublic: true }),
  };

  // --- dialogs

  function button(identifier) {
    const set = (change) => void ask("button", { identifier, ...change });
    const look = (what) => (callback) => answered(ask("buttonState", { identifier }).then((state) => state[what]), callback);
    return {
      enable: () => set({ enabled: true }),
      disable: () => set({ enabled: false }),
      toggle: () => ask("buttonState", { identifier }).then(({ enabled }) => set({ enabled: !enabled })),
      show: () => set({ hidden: false }),
      hide: () => set({ hidden: true }),
      isEnabled: look("enabled"),
      isHidden: look("hidden"),
      trigger: () => set({ pressed: true }),
      bind: (listener) => {
        set({ keepsOpen: true });
        events.on("dialog.button.click", ({ button: pressed }) => pressed.name === identifier && listener());
      },
    };
  }

  const dialog = {
    create: (wish) => {
      if (typeof wish?.key !== "string") {
        throw new Error("AP.dialog.create takes an object with the key of one of the app's modules.");
      }
      const opened = ask("dialog", wish);
      opened.catch((error) => setTimeout(() => { throw error; }));
      return {
        on: (name, listener) => opened.then((id) => listen(false, false, `dialog.${name}`, (data, which) => {
          if (which === id) {
            listener(data);
          }
        })),
      };
    },
    close: (data) => void ask("closeDialog", { data }),
    getCustomData: (callback) => answered(ask("customData"), callback),
    getButton: button,
    createButton: ({ text, identifier }) => void ask("createButton", { text, identifier }),
    disableCloseOnSubmit: () => void ask("button", { identifier: "submit", keepsOpen: true }),
    isCloseOnEscape: (callback) => answered(ask("isCloseOnEscape"), callback),
  };

  // --- calls as the user

  async function request(first, second) {
    const wish = typeof first === "string" ? { ...second, url: first } : { ...first };
    if (wish.binaryAttachment || wish.experimental) {
      throw new Error("The laptop's all.js has no binaryAttachment and no experimental: on a real Jira they are there.");
    }
    const { status, contentType, body } = await ask("request", {
      url: wish.url, method: wish.type ?? "GET", contentType: wish.contentType, body: wish.data,
    });
    const xhr = {
      status,
      statusText: status < 400 ? "success" : "error",
      responseText: body,
      getResponseHeader: (name) => (name.toLowerCase() === "content-type" ? contentType : null),
    };
    if (status < 400) {
      wish.success?.(body, "success", xhr);
      return { body, xhr };
    }
    wish.error?.(xhr, "error", String(status));
    if (wish.error) {
      return undefined;
    }
    throw Object.assign(new Error(`${wish.type ?? "GET"} ${wish.url} was answered with ${status}.`), { xhr, err: String(status) });
  }

  // --- flags

  function flag(wish) {
    const { title, body, type, close, actions } = wish;
    const shown = ask("flag", { title, body, type, close, actions });
    const on = (name, listener) => shown.then((id) => events.on(name, (data) => {
      if (data.flagIdentifier === id) {
        listener(data);
      }
    }));
    return { close: () => shown.then((id) => ask("closeFlag", { flag: id })), on };
  }

  // --- what pages call

  const AP = {
    context: {
      getToken: (callback) => answered(ask("token"), callback),
      getContext: (callback) => answered(ask("context"), callback),
    },
    dialog,
    events,
    flag: { create: flag },
    getLocation: (callback) => answered(ask("location"), callback),
    history: {
      back: () => void ask("historyGo", { delta: -1 }),
      forward: () => void ask("historyGo", { delta: 1 }),
      go: (delta) => void ask("historyGo", { delta }),
      getState: (type, callback) => answered(ask("historyState"), typeof type === "function" ? type : callback),
      pushState: (state) => void ask("pushState", { state }),
      replaceState: (state) => void ask("pushState", { state, replaces: true }),
      popState: (listener) => events.on("history.popstate", listener),
    },
    jira: { refreshIssuePage: () => void ask("reload") },
    navigator: {
      go: (target, context = {}) => ask("navigate", { target, context }),
      getLocation: (callback) => answered(ask("navigatorLocation"), callback),
      reload: () => void ask("reload"),
    },
    request,
    resize,
    sizeToParent: () => ask("sizeToParent"),
    theming: { initializeTheming },
    user: {
      getCurrentUser: (callback) => answered(ask("user"), callback),
      getTimeZone: (callback) => answered(ask("timeZone"), callback),
      getLocale: (callback) => answered(ask("locale"), callback),
    },
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
