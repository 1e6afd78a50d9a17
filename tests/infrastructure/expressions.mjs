// GitHub's own expressions, evaluated by its own library: a line of JSON for each question, and one for each answer.
import {createInterface} from "node:readline";
import {Evaluator, Lexer, Parser, data} from "@actions/expressions";

function evaluated({text, contexts, status}) {
  // https://docs.github.com/actions/reference/workflows-and-actions/expressions#status-check-functions
  const says = {
    always: true,
    cancelled: status === "cancelled",
    failure: status === "failure",
    success: status === "success",
  };
  const functions = Object.entries(says).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }));
  const asked = new Lexer(text).lex();
  const expression = new Parser(asked.tokens, Object.keys(contexts), functions).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver);
  const byName = new Map(functions.map(one => [one.name, one]));
  return new Evaluator(expression, context, byName).evaluate();
}

for await (const line of createInterface({input: process.stdin})) {
  let answer;
  try {
    answer = {value: JSON.parse(JSON.stringify(evaluated(JSON.parse(line)), data.replacer))};
  } catch (error) {
    answer = {error: String(error)};
  }
  console.log(JSON.stringify(answer));
}
