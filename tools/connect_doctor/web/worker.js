// Loads Python and the doctor, then answers. All comes from beside this file.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const beside = (name) => new URL(name, import.meta.url);
const loadFile = self.fetch.bind(self);

/** Count what is loaded, since nobody else tells how far Pyodide is. */
function counted(total) {
  let loaded = 0;
  const count = async (stream) => {
    for await (const chunk of stream) {
      loaded += chunk.byteLength;
      self.postMessage({ loaded: loaded / total });
    }
  };
  return async (...request) => {
    const response = await loadFile(...request);
    if (response.body) count(response.clone().body);
    return response;
  };
}

async function load() {
  const { bytes } = await (await loadFile(beside("sizes.json"))).json();
  self.fetch = counted(bytes);
  const code = self.fetch(beside("doctor.zip")).then((response) => response.arrayBuffer());
  const pyodide = await loadPyodide({ indexURL: beside("pyodide/").href });
  pyodide.FS.writeFile("/doctor.zip", new Uint8Array(await code));
  pyodide.runPython("import sys; sys.path.insert(0, '/doctor.zip')");
  const page = pyodide.pyimport("connect_doctor.page");
  page.answer('{"token": "e30.e30.", "method": "GET", "url": "/?a=1"}'); // loads what is loaded on demand
  self.onmessage = ({ data: { number, name, argument } }) => {
    try {
      self.postMessage({ number, result: page[name](argument) });
    } catch (problem) {
      self.postMessage({ number, problem: String(problem) });
    }
  };
  self.postMessage({ ready: true });
}

load().catch((failure) => self.postMessage({ failure: String(failure) }));
