// Draws the diagrams of a page; mermaid is loaded only where there is one.
const sources = [...document.querySelectorAll(".highlight-mermaid pre")];

if (sources.length > 0) {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: new URL("mermaid.tiny.js", import.meta.url).href, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  globalThis.mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: "neutral", htmlLabels: false });
  for (const [number, source] of sources.entries()) {
    const { svg } = await globalThis.mermaid.render(`diagram-${number}`, source.textContent);
    source.outerHTML = svg;
  }
}
