// Python in this browser: a worker, so the page stays alive while it loads and computes.

/** Start Python. `onProgress` gets the part that is loaded, from 0 to 1; `ready` is kept once it answers. */
export function start(onProgress) {
  const waiting = new Map();
  let number = 0;
  // A worker from a blob has the page's Content-Security-Policy; one from a file would have none.
  const code = new Blob([`import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(code), { type: "module" });
  const ready = new Promise((resolve, reject) => {
    worker.onerror = (failure) => reject(new Error(failure.message || "the worker could not be started"));
    worker.onmessage = ({ data }) => {
      if (data.loaded !== undefined) onProgress(data.loaded);
      else if (data.failure) reject(new Error(data.failure));
      else if (data.ready) resolve();
      else {
        const { answered, failed } = waiting.get(data.number);
        waiting.delete(data.number);
        if (data.problem) failed(new Error(data.problem));
        else answered(data.result);
      }
    };
  });
  const call = async (name, argument) => {
    await ready;
    const asked = ++number;
    return JSON.parse(await new Promise((answered, failed) => {
      waiting.set(asked, { answered, failed });
      worker.postMessage({ number: asked, name, argument });
    }));
  };
  return {
    ready,
    answer: (question) => call("answer", JSON.stringify(question)),
    example: (code) => call("example", code),
  };
}
