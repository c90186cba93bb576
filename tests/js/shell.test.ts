import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.ts";
import "../../assets/ts/shared/shell.ts";

const drawn = () => new Promise((done) => { setTimeout(done); });

for (const property of ["disabled", "hidden"] as const) {
  test(`a button that is ${property} by its own press leaves the focus to what it stands in, another one leaves it alone`, async () => {
    document.body.innerHTML = '<div id="tools"><button id="pressed"></button><button id="other"></button></div>';
    const [pressed, other] = ["pressed", "other"].map((id) => document.getElementById(id) as HTMLButtonElement);
    pressed.focus();
    other[property] = true;
    await drawn();
    assert.equal(document.activeElement, pressed);
    pressed[property] = true;
    await drawn();
    assert.equal(document.activeElement?.id, "tools");
  });
}
