/* One state of the connection for every callback, and for a file that is sent: what nobody answers is asked again until
   somebody does. Meanwhile a line says so, and the page is marked, so that nothing shown is taken for the answer
   (50-connection.css). Dash itself asks once, and leaves the page as it was: labels of one choice beside figures of another. */
import { setWords } from "./dom.ts";
import { tell } from "./events.ts";

type Waiting = { state: string };

const FIRST = 1000;     // ms until the first repetition; then twice as long each time
const LONGEST = 10000;
const SLOW = 10000;     // ms without an answer until a line says so
const AWAY = [429, 502, 503, 504]; // answered by a proxy, or by a server that is full or starting
const SIGNED_OUT = 401; // a session ends while a page is open; who signs in in another tab goes on here
const STORE_AWAY = "store_away"; // error code of a server that is there, and whose records cannot be reached
const CALLBACK = "_dash-update-component";

const send = window.fetch;
const newest = new Map<string, number>(); // outputs of a callback -> number of the newest request for them
const shown = new Map<string, number>(); // the same -> number of the newest request that was answered
const unanswered = new Set<Waiting>();
const failed = new Set<string>(); // outputs of callbacks in which the server made an error

window.fetch = function fetch(address: RequestInfo | URL, options?: RequestInit) {
  const ours = String(address instanceof Request ? address.url : address).includes(CALLBACK);
  return ours ? untilAnswered(outputsOf(options?.body), () => send(address, options)) : send.call(this, address, options);
};

/* The answer to a request that is sent until somebody answers it; `moves` is called while it is under way. With `tells`
   errors that the service puts in words are answers, too. An AbortError of `once` ends it. */
export async function untilAnswered(outputs: string, once: (moves: () => void) => Promise<Response>, tells = false) {
  const number = (newest.get(outputs) ?? 0) + 1;
  newest.set(outputs, number);
  const mine: Waiting = { state: "" };
  let slow = 0;
  const moves = () => {
    clearTimeout(slow);
    slow = setTimeout(() => say(mine, "slow"), SLOW);
    if (unanswered.delete(mine)) show();
  };
  moves();
  try {
    for (let wait = FIRST; ; wait = Math.min(2 * wait, LONGEST)) {
      const answer = await answered(once(moves), tells);
      if (typeof answer !== "string") {
        wake();
        failed[answer.status >= 500 && !tells ? "add" : "delete"](outputs);
        if (number < (shown.get(outputs) ?? 0)) return nothing(); // Dash would show it over the answer to the newer one
        shown.set(outputs, number);
        if (answer.status >= 500) tell("likely:failed", { outputs });
        return answer;
      }
      clearTimeout(slow);
      say(mine, answer);
      tell("likely:waiting", { outputs });
      await pause(wait);
      if (newest.get(outputs) !== number) return nothing(); // a newer request asks for the same
    }
  } finally {
    clearTimeout(slow);
    unanswered.delete(mine);
    show();
  }
}

const nothing = () => new Response(null, { status: 204 });

/* The very outputs: callbacks whose ids are patterns share `output`. */
function outputsOf(body: unknown): string {
  try { return JSON.stringify(JSON.parse(String(body)).outputs); } catch { return ""; }
}

/* The answer, or the state of the connection where there is none that counts. */
async function answered(coming: Promise<Response>, tells: boolean) {
  try {
    const answer = await coming;
    if (answer.status === SIGNED_OUT) return "out";
    if (isPage(answer)) return "lost";
    if (!AWAY.includes(answer.status)) return answer;
    const code = await codeOf(answer.clone());
    return code === STORE_AWAY ? "away" : code && tells ? answer : "lost";
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    return "lost";
  }
}

/* A page in place of an answer is that of somebody on the way, who wants a sign-in: of a hotel's network, of a proxy. A callback
   that changes nothing has the status 204, and Flask names its empty body text/html. */
const isPage = ({ status, headers }: Response) => status === 200 && (headers.get("content-type") ?? "").startsWith("text/html");

const codeOf = (answer: Response): Promise<unknown> => answer.json().then(({ error }) => error.code).catch(() => ""); // a proxy's page

/* Until the time has passed, or somebody else was answered, or the network is back. */
const pause = (wait: number) => new Promise((done) => {
  addEventListener("likely:wake", done, { once: true });
  setTimeout(done, wait);
});
export const wake = () => dispatchEvent(new Event("likely:wake"));
addEventListener("online", wake);

function say(request: Waiting, state: string) {
  request.state = state;
  unanswered.add(request);
  show();
}

addEventListener("likely:page", () => { failed.clear(); show(); });

function show() {
  const states = [...unanswered].map(({ state }) => state);
  const state = ["out", "lost", "away"].find((each) => states.includes(each)) ?? (failed.size ? "failed" : states[0] ?? "");
  const root = document.documentElement;
  if (state) root.dataset.connection = state; else delete root.dataset.connection;
  const line = document.getElementById("connection");
  setWords(line, (state && line?.dataset[state]) || "");
}
