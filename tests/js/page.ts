/* A page in memory, for modules that read and change one. Import it first. */
import { readFileSync } from "node:fs";
import { GlobalRegistrator } from "@happy-dom/global-registrator";

GlobalRegistrator.register({ url: "http://localhost/loan/predict" });

export const called: { id: unknown; props: { data: Record<string, unknown> } }[] = []; // what set_props was given
export const likely = () => (window as unknown as { dash_clientside: { likely: Record<string, (answer: unknown) => unknown> } }).dash_clientside.likely;

Object.assign(globalThis, {
  dash_clientside: { set_props: (id: unknown, props: { data: Record<string, unknown> }) => { called.push({ id, props }); }, no_update: "no update" },
  dash_component_api: { getLayout: (id: unknown) => ({ props: { id } }) },
});

/* A form with fields for numbers as layouts/shared/fields.py writes it, and the panel of its result. */
export function formOf(values: Record<string, string>) {
  const fields = Object.entries(values).map(([name, value]) => `
    <div class="field" data-feature="${name}" data-control="c-${name}" data-said="s-${name}" data-start="" data-default="${value}" data-step="1" data-low="0" data-high="100" data-hint="">
      <label class="field-label" for="c-${name}">${name}</label><input id="c-${name}" type="text" value="${value}">
      <p class="field-said" id="s-${name}"></p>
    </div>`);
  withSentences();
  document.body.innerHTML = `
    <form class="form" data-asks="form-request" data-mirror="yes" data-model="loan@1" data-own="record outcome" data-opened="">${fields.join("")}</form>
    <div id="panel" data-state="waiting"><p id="panel-words"></p><p id="panel-said"></p><div id="result"><div data-serial="0" data-focus="Y"></div></div></div>`;
  return document.querySelector<HTMLElement>(".form")!;
}

/* As Dash does: a control that was edited has another value, an input of the callback `changed`, whose output is the request. */
addEventListener("input", () => setTimeout(() => {
  const data = likely().changed?.(null);
  if (data && data !== "no update") called.push({ id: "form-request", props: { data: data as Record<string, unknown> } });
}));

export const type = (name: string, text: string) => {
  const input = document.querySelector<HTMLInputElement>(`#c-${name}`)!;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
};

export const press = (name: string, key: string, more: KeyboardEventInit = {}) =>
  document.querySelector(`#c-${name}`)!.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

/* Sentences in English, as layouts/shared/script_sentences.py gives them. */
export function withSentences() {
  const source = readFileSync(new URL("../../layouts/shared/script_sentences.py", import.meta.url), "utf8");
  const whole = source.matchAll(/"(\w+)": template\("([^"]*)"\)/g).map(([, name, template]) => [name, template]);
  const plural = source.matchAll(/"(\w+)": plural_template\("([^"]*)", "([^"]*)"\)/g)
    .map(([, name, one, other]) => [name, { forms: [other, one], of: "01".padEnd(200, "0") }]);
  document.body.dataset.sentences = JSON.stringify(Object.fromEntries([...whole, ...plural]));
}
