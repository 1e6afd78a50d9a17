const PATIENT = new Set([429, 502, 503, 504]);
const asleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * Send a call that may be repeated until it is answered, as long as Jira asks for patience.
 * `send` makes one attempt with these headers, `authorization` signs: each attempt needs a token of its own.
 */
export async function call(send, authorization, sleep = asleep, attempts = 5) {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(authorization());
    if (!PATIENT.has(answer.status) || attempt === attempts) return answer;
    const growing = Math.min(2 ** attempt, 60) * (0.7 + 0.6 * Math.random()); // so that not all come at once
    await sleep(Number(answer.headers.get("Retry-After")) || growing);
  }
}
