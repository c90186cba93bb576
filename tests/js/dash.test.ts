import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";
import { called } from "./page.ts";

const { setProps } = await import("../../assets/ts/shared/dash.ts");
const request = { key: "gain", model: "loan@1", type: "plot-request" };
const page = { props: { id: "page", children: [] } };
let layout: (id: unknown) => object | undefined;

mock.timers.enable({ apis: ["setTimeout"] });
Object.assign(globalThis, { dash_component_api: { getLayout: (id: unknown) => layout(id) } });
const pass = (milliseconds: number) => { for (let at = 0; at < milliseconds; at += 20) mock.timers.tick(20); }; // timers set by timers, too
beforeEach(() => { called.length = 0; });

const unknown = {
  "the layout of the whole page": () => page, // of an id of patterns whose kind no component has yet
  "a layout without an id": () => ({ props: {} }),
  "another component of the kind": () => ({ props: { id: { ...request, key: "segments" } } }),
  "nothing": () => undefined,
  "an error": () => { throw new Error("no path"); },
};
for (const [answer, given] of Object.entries(unknown)) {
  test(`properties wait while Dash answers with ${answer}, and are set once it knows the component`, () => {
    layout = given;
    setProps(request, { data: {} });
    pass(100);
    assert.deepEqual(called, []);
    layout = () => ({ props: { id: { type: "plot-request", model: "loan@1", key: "gain" } } });
    mock.timers.tick(20);
    assert.deepEqual(called, [{ id: request, props: { data: {} } }]);
  });
}

test("properties of a component that never comes are given up", () => {
  layout = () => page;
  setProps("form-request", { data: {} });
  pass(3000);
  layout = (id) => ({ props: { id } });
  pass(3000);
  assert.deepEqual(called, []);
});
