// Jira's side of the stand-in for all.js: what a page with an app's iframe does. Call `hostApp` once for each.

// `issueToken` returns a promise of a context token for whoever is logged in; `theme` is {colorMode}.
function hostApp(iframe, { issueToken, theme }) {
  const app = new URL(iframe.src).origin;
  const answers = {
    token: issueToken,
    theme: () => theme,
    resize: ({ height }) => {
      iframe.style.height = `${height}px`;
    },
  };

  addEventListener("message", async ({ source, origin, data }) => {
    if (source === iframe.contentWindow && origin === app && data.ask in answers) {
      const answer = await answers[data.ask](data);
      iframe.contentWindow.postMessage({ number: data.number, answer }, app);
    }
  });

  return {
    setTheme: (changed) => {
      theme = changed;
      iframe.contentWindow.postMessage({ theme }, app);
    },
  };
}
