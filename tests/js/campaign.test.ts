import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { likely } from "./page.ts";
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
