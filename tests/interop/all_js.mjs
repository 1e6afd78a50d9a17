// Says which functions the laptop's all.js carries out, and which it has only to say that they are missing.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createContext, runInContext } from 'node:vm';

const isMissing = (what) => what.toString().includes("The laptop's all.js has no ${name}");

function functions(file) {
  const window = { name: '' };
  const nothing = () => undefined;
  const document = { currentScript: { dataset: {} }, querySelector: nothing };
  runInContext(readFileSync(file, 'utf8'), createContext({ window, document, addEventListener: nothing }));
  const found = Object.entries(window.AP).flatMap(([name, member]) =>
    typeof member === 'function'
      ? [[name, member]]
      : Object.entries(member).map(([inner, what]) => [`${name}.${inner}`, what]));
  const named = (wish) => found.filter(([, what]) => isMissing(what) === wish).map(([name]) => name);
  return { carriedOut: named(false), missing: named(true) };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify({ value: functions(JSON.parse(line).file) })}\n`);
}
