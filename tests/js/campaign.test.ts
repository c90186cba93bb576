import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { called, likely } from "./page.ts";
import "../../assets/ts/campaign/recent-campaigns.ts";
import "../../assets/ts/campaign/page.ts";

const addressed = likely().addressed as unknown as (...given: unknown[][]) => unknown;
const ids = ["header_row", "separator"].map((name) => ({ campaign: "read", job: "j1", name }));

beforeEach(() => history.replaceState({}, "", "/loan/campaign?job=j1"));

test("the address names how the file is read as soon as it is said", () => {
  addressed(["3", null], [], ids, []);
  assert.equal(location.search, "?job=j1&header_row=3");
  addressed(["", ";"], [], ids, []);
  assert.equal(location.search, "?job=j1&separator=%3B");
});

test("it names the list that was made, and stays where a step names nothing", () => {
  addressed([], ["l9"], [], [{ job: "j1" }] as never[]);
  assert.equal(location.search, "?job=j1&list=l9");
  assert.equal(addressed([], [], [], []), "no update");
  assert.equal(location.search, "?job=j1&list=l9");
});

const lookedAt = likely().lookedAt as unknown as (...given: unknown[]) => boolean;
const seen = { read: { header_row: "3" }, matches: ["income", ""], blanks: false, asks_blanks: true, ready: true };
const again = { campaign: "again", job: "j1" };
const by = (...parts: string[]) => {
  const ids = parts.map((campaign) => ({ campaign, job: "j1" }));
  const triggered = ids.map((id) => ({ prop_id: `${JSON.stringify(id)}.data`, value: null }));
  Object.assign(dash_clientside, { callback_context: { triggered_id: ids[0], triggered } });
};

test("nothing can be started before what the controls say was looked at", () => {
  by("match");
  assert.equal(lookedAt(null, ["3"], [], false, again), true);
  assert.equal(lookedAt(seen, ["3", ""], ["income", null], false, again), false);
  assert.equal(lookedAt(seen, ["2", ""], ["income", ""], false, again), true);
  assert.equal(lookedAt(seen, ["3", ""], ["income", "debt"], false, again), true);
  assert.equal(lookedAt(seen, ["3", ""], ["income", ""], true, again), true);
  assert.equal(lookedAt({ ...seen, ready: false }, ["3", ""], ["income", ""], false, again), true);
  assert.equal(lookedAt({ ...seen, asks_blanks: false }, ["3", ""], ["income", ""], true, again), false); // the box is hidden
});

test("what was chosen while an answer came is looked at, and nothing is asked twice", () => {
  called.length = 0;
  by("match");
  lookedAt(seen, ["2"], ["income", ""], false, again);
  assert.equal(called.length, 0); // the change itself asks
  by("seen");
  lookedAt(seen, ["2"], ["income", ""], false, again);
  lookedAt(seen, ["3"], ["income", ""], false, again);
  assert.deepEqual(called.map(({ id }) => id), [again]);
});

const foreseen = likely().foreseen as unknown as (...given: unknown[]) => string;

test("a forecast of other fields is marked and asked for again, once for each state of the fields", () => {
  const anew = { campaign: "forecast-again", job: "j1" };
  const fields = (number: string, share: string) => ["number", ["yes"], "false", true, null, [number, share], []];
  called.length = 0;
  by("wish");
  assert.equal(foreseen(null, ...fields("10", ""), anew), "no update");
  assert.equal(foreseen(fields("10", ""), ...fields("10", ""), anew), "yes");
  assert.equal(foreseen(fields("10", ""), ...fields("10", "20"), anew), "no"); // the change itself asks
  assert.equal(called.length, 0);
  by("wish", "forecast-asked"); // typed while the answer was on its way
  assert.equal(foreseen(fields("10", ""), ...fields("10", "20"), anew), "no");
  assert.equal(foreseen(fields("10", ""), ...fields("10", "20"), anew), "no"); // as before: the server says no more than that
  assert.deepEqual(called.map(({ id }) => id), [anew]);
  assert.equal(foreseen(["number", ["yes"], "false", true, "", ["10", "20"], []], ...fields("10", "20"), anew), "yes");
  assert.equal(foreseen(fields("10", "20"), ...fields("10", "20").slice(0, 5), ["10", undefined], [], anew), "no");
  assert.equal(called.length, 2);
});

const campaignsKept = likely().campaignsKept as unknown as (...given: unknown[][]) => unknown;
const march = { job: "j1", model: "loan", name: "march.csv", created: 1 };
const april = { ...march, job: "j2", name: "april.csv" };
const keep = (...those: unknown[]) => localStorage.setItem("campaigns-kept", JSON.stringify(those));

test("a campaign that is open is kept as the newest, beside those that another tab has added", () => {
  by("opened");
  localStorage.clear();
  assert.deepEqual(campaignsKept([march], [], [], []), [march]);
  keep(april, { ...march, list: "l1" });
  assert.deepEqual(campaignsKept([march], [null], [], [{ job: "j1" }]), [{ ...march, list: "l1" }, april]);
  assert.deepEqual(campaignsKept([march], ["l2"], [], [{ job: "j1" }]), [{ ...march, list: "l2" }, april]);
  localStorage.setItem("campaigns-kept", "{");
  assert.deepEqual(campaignsKept([march], [], [], []), [march]);
});

test("one is removed by its button, and nothing happens when the buttons come in", () => {
  keep(april, march);
  by("forget");
  assert.deepEqual(campaignsKept([], [], [1, null], []), [april]);
  assert.equal(campaignsKept([], [], [null, null], []), "no update");
});
