// Jira's side of the stand-in for all.js: what the page around apps' iframes does for the scripts in them.
//
// It is loaded before the iframes, so that no question is missed. It answers a frame's window at the app's own
// origin and nobody else: a page that the frame may have been led to gets no token.

(() => {
  const AUTO_CLOSE_MILLISECONDS = 8000;
  const SIZES = { small: ["400px", "400px"], medium: ["600px", "600px"], large: ["800px", "600px"], "x-large": ["968px", "600px"], maximum: ["100vw", "80vh"], fullscreen: ["100vw", "80vh"] };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stages = () => [...document.querySelectorAll(".stage[data-host]")];
  const told = (stage) => JSON.parse(stage.dataset.host);
  const frame = (stage) => stage.querySelector("iframe");
  const listening = new WeakSet();
  let flags = 0;
  let dialogs = 0;

  function theme() {
    const chosen = document.documentElement.dataset.colorMode;
    return { colorMode: chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen };
  }

  function length(value) {
    const text = typeof value === "number" || /^\d+$/.test(value) ? `${value}px` : String(value);
    if (!CSS.supports("height", text)) {
      throw new Error(`AP.resize takes numbers of pixels and lengths, not ${text}.`);
    }
    return text;
  }

  async function asked(url, options) {
    const response = await fetch(url, options);
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(answer.error);
    }
    return answer;
  }

  // To one that has asked something: before that nobody listens.
  function send(stage, message) {
    if (!listening.has(stage)) {
      return;
    }
    frame(stage).contentWindow.postMessage(message, told(stage).origin);
  }

  // To the pages of one app, or to all of them with who has sent it.
  function broadcast(event, { app, sender }) {
    for (const stage of stages()) {
      if (event.isPublic || told(stage).app === app) {
        send(stage, { event: { isPublic: false, args: [], ...event, sender } });
      }
    }
  }

  function sendEvent(stage, name, ...args) {
    send(stage, { event: { name, args, isPublic: false } });
  }

  // --- flags

  function flag({ title, body, type = "info", close = "manual", actions = {} }, stage) {
    flags += 1;
    const shown = document.getElementById("flag").content.firstElementChild.cloneNode(true);
    shown.id = `flag-${flags}`;
    shown.dataset.type = String(type).toLowerCase();
    shown.querySelector(".flag-title").textContent = title ?? "";
    shown.querySelector(".flag-body").textContent = body ?? "";
    for (const [key, text] of Object.entries(actions)) {
      const action = document.createElement("button");
      action.textContent = text;
      action.addEventListener("click", () => {
        sendEvent(stage, "flag.action", { flagIdentifier: shown.id, actionIdentifier: key });
      });
      shown.querySelector(".flag-actions").append(action);
    }
    shown.closed = () => {
      shown.remove();
      sendEvent(stage, "flag.close", { flagIdentifier: shown.id });
    };
    shown.querySelector(".flag-dismiss").addEventListener("click", shown.closed);
    document.getElementById("flags").append(shown);
    if (close === "auto") {
      setTimeout(() => shown.isConnected && shown.closed(), AUTO_CLOSE_MILLISECONDS);
    }
    return shown.id;
  }

  // --- dialogs

  function dialogOf(stage) {
    const shown = stage.closest("dialog") ?? [...document.querySelectorAll("dialog[open]")]
      .filter((each) => told(each.querySelector(".stage")).app === told(stage).app).pop();
    if (!shown) {
      throw new Error("No dialog of this app is open.");
    }
    return shown;
  }

  function close(shown, data) {
    const { opener } = shown;
    shown.close();
    shown.remove();
    if (opener.isConnected) {
      broadcast({ name: "dialog.close", args: [data, shown.id] }, { app: told(opener).app });
    }
  }

  function addButton(shown, { text, identifier }) {
    const added = document.createElement("button");
    added.textContent = text;
    added.dataset.button = identifier;
    shown.querySelector(".buttons").append(added);
  }

  function press(shown, { dataset: { button: name }, textContent: text }) {
    const stage = shown.querySelector(".stage");
    const details = { button: { name, identifier: name, text } };
    sendEvent(stage, "dialog.button.click", details);
    if (name === "submit" || name === "cancel") {
      sendEvent(stage, `dialog.${name}`, details);
      if (!shown.querySelector(`[data-button="${name}"]`).dataset.keepsOpen) {
        setTimeout(() => shown.isConnected && close(shown));
      }
    }
  }

  async function open(wish, opener) {
    const { app, contextPath, contextQuery } = told(opener);
    const path = `${contextPath}/plugins/servlet/ac/${encodeURIComponent(app)}/${encodeURIComponent(wish.key)}`;
    const page = await asked(`${path}/frame?${contextQuery}`);
    const options = { ...page.options, ...wish };
    dialogs += 1;
    const shown = document.getElementById("dialog").content.firstElementChild.cloneNode(true);
    const [width, height] = SIZES[String(options.size).toLowerCase()] ?? [options.width, options.height];
    Object.assign(shown, { id: `dialog-${dialogs}`, opener, customData: wish.customData, wish: options });
    if (width) {
      shown.style.setProperty("--dialog-width", length(width));
    }
    if (height) {
      shown.style.setProperty("--dialog-height", length(height));
    }
    const header = options.header?.value ?? options.header ?? page.title;
    shown.querySelector("h2").textContent = header;
    shown.setAttribute("aria-label", header);
    const chrome = options.chrome === true || options.chrome === "true";
    shown.querySelector("h2").hidden = !chrome;
    shown.querySelector(".buttons").hidden = !chrome;
    shown.querySelector('[data-button="submit"]').textContent = options.submitText ?? "Submit";
    shown.querySelector('[data-button="cancel"]').textContent = options.cancelText ?? "Close";
    for (const button of options.buttons ?? []) {
      addButton(shown, button);
    }
    const stage = shown.querySelector(".stage");
    stage.dataset.host = JSON.stringify(page.host);
    const inside = document.createElement("iframe");
    Object.assign(inside, { title: page.title, name: page.name, src: page.source });
    inside.sandbox = page.sandbox;
    stage.append(inside);
    shown.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (options.closeOnEscape !== false) {
        close(shown);
      }
    });
    shown.addEventListener("click", ({ target }) => target.dataset?.button && press(shown, target));
    document.body.append(shown);
    shown.showModal();
    return shown.id;
  }

  function buttonOf(stage, identifier) {
    const found = dialogOf(stage).querySelector(`[data-button="${CSS.escape(identifier)}"]`);
    if (!found) {
      throw new Error(`The dialog has no button ${identifier}.`);
    }
    return found;
  }

  // --- ways through Jira

  function destination({ target, context }, stage) {
    const { contextPath, app } = told(stage);
    switch (String(target).toLowerCase()) {
      case "dashboard":
        return `${contextPath}/`;
      case "issue":
        return `${contextPath}/browse/${encodeURIComponent(context.issueKey)}`;
      case "projectadminsummary":
        return `${contextPath}/browse/${encodeURIComponent(context.projectKey)}`;
      case "addonmodule": {
        const custom = Object.entries(context.customData ?? context.context ?? {}).map(([name, value]) => [`ac.${name}`, value]);
        const query = new URLSearchParams([...custom, ...(context.issueKey ? [["issue", context.issueKey]] : []),
          ...(context.projectKey ? [["project", context.projectKey]] : [])]);
        const key = context.addonKey ?? app;
        return `${contextPath}/plugins/servlet/ac/${encodeURIComponent(key)}/${encodeURIComponent(context.moduleKey)}?${query}`;
      }
      case "site":
        return `${contextPath}${context.relativeUrl}`;
      default:
        throw new Error(`The laptop's Jira has nowhere to go for AP.navigator.go("${target}").`);
    }
  }

  function state() {
    return decodeURIComponent(location.hash.replace(/^#!?/, ""));
  }

  function historyChanged() {
    for (const stage of stages()) {
      sendEvent(stage, "history.popstate", { hash: state(), newURL: location.href, state: history.state });
    }
  }

  const answers = {
    token: (_, stage) => asked(told(stage).tokenUrl, { method: "POST" }).then(({ token }) => token),
    request: (wish, stage) => asked(told(stage).requestUrl, { method: "POST", body: JSON.stringify(wish) }),
    theme,
    flag,
    closeFlag: ({ flag: id }) => document.getElementById(id)?.closed(),
    context: (_, stage) => told(stage).context,
    user: (_, stage) => told(stage).user,
    timeZone: () => "Etc/UTC",
    locale: () => "en_US",
    location: () => location.href,
    reload: () => location.reload(),
    emit: ({ name, args, isPublic }, stage) => {
      const { app, module } = told(stage);
      broadcast({ name, args, isPublic }, { app, sender: { addonKey: app, addon_key: app, key: module } });
    },
    dialog: open,
    closeDialog: ({ data }, stage) => close(dialogOf(stage), data),
    customData: (_, stage) => stage.closest("dialog")?.customData,
    isCloseOnEscape: (_, stage) => dialogOf(stage).wish.closeOnEscape !== false,
    createButton: (wish, stage) => addButton(dialogOf(stage), wish),
    button: ({ identifier, enabled, hidden, keepsOpen, pressed }, stage) => {
      const found = buttonOf(stage, identifier);
      found.disabled = enabled === undefined ? found.disabled : !enabled;
      found.hidden = hidden ?? found.hidden;
      if (keepsOpen) {
        found.dataset.keepsOpen = "true";
      }
      if (pressed) {
        press(dialogOf(stage), found);
      }
    },
    buttonState: ({ identifier }, stage) => {
      const { disabled, hidden } = buttonOf(stage, identifier);
      return { enabled: !disabled, hidden };
    },
    navigate: (wish, stage) => location.assign(destination(wish, stage)),
    navigatorLocation: (_, stage) => {
      const { app, module, context: { jira } } = told(stage);
      const target = jira.issue && !location.pathname.includes("/plugins/servlet/ac/") ? "issueview" : "addonmodule";
      return { target, context: { addonKey: app, moduleKey: module, issueId: jira.issue?.id, issueKey: jira.issue?.key, projectKey: jira.project?.key } };
    },
    historyGo: ({ delta }) => history.go(delta),
    historyState: () => state(),
    pushState: ({ state: wish, replaces }) => {
      history[replaces ? "replaceState" : "pushState"](null, "", `#!${encodeURIComponent(wish)}`);
    },
    resize: ({ width, height }, stage) => {
      if (!stage.closest("dialog")) {
        stage.classList.remove("fills");
        frame(stage).style.width = length(width);
        frame(stage).style.height = length(height);
      }
    },
    sizeToParent: (_, stage) => {
      frame(stage).removeAttribute("style");
      stage.classList.add("fills");
    },
  };

  addEventListener("message", async ({ source, origin, data }) => {
    const stage = stages().find((each) => frame(each)?.contentWindow === source);
    if (!stage || origin !== told(stage).origin || !Object.hasOwn(answers, data.ask)) {
      return;
    }
    listening.add(stage);
    try {
      const answer = await answers[data.ask](data.details, stage);
      if (stage.isConnected) {
        send(stage, { number: data.number, answer });
      }
    } catch (error) {
      send(stage, { number: data.number, error: error.message });
    }
  });

  addEventListener("popstate", historyChanged);
  dark.addEventListener("change", () => stages().forEach((stage) => send(stage, { theme: theme() })));

  // The page in the frame stays open while its next token is made to expire.
  addEventListener("submit", async (event) => {
    if (event.target.id === "expire") {
      event.preventDefault();
      await fetch(event.target.action, { method: "POST" });
      document.getElementById("expiring").textContent = "The next token that the page asks for has expired already.";
    }
  });
})();
