/* The form sends a request while it is edited; the result is current only while it belongs to the values in the form,
   which are read from the page itself, never from a copy.

   Each request has a serial number. A response belongs to the record that was sent under its number; the result is
   current when that record is the one in the form. */
(() => {
  "use strict";
  const TYPING = 250;    // ms of quiet after a keystroke; Enter, arrows and leaving the field ask at once
  const CROWD = 150;     // ms that a request waits for the one before it: a rate limit for dragging
  const PATIENCE = 3000; // ms without a response until it counts as lost and the request is repeated
  const LONGEST_WAIT = 24000;
  const LONGEST_IN_URL = 200;

  const { marksOf, read, write, plain, misread } = window.likelyNumbers;
  const byId = (id) => document.getElementById(id);
  const formOf = (element) => element.closest?.("[data-asks]");
  const fieldsOf = (form) => [...form.querySelectorAll("[data-feature]")];
  const controlOf = (field) => byId(field.dataset.control);

  let now = null; // the state of the form on the page

  function valueOf(field) {
    const control = controlOf(field);
    if (field.querySelector("[role=radiogroup]")) return field.querySelector("input:checked")?.value ?? "";
    if (isNumber(field)) return read(control.value, marksOf(field));
    return control.type === "checkbox" ? String(control.checked) : control.value;
  }
  const isNumber = (field) => field.dataset.step !== undefined;
  const valuesOf = (form) => fieldsOf(form).map(valueOf);
  /* The rest of a request: the chosen outcome or the one with which the record opened, declined outcomes, the record's
     id, the order of the outcomes. */
  const focusOf = (form) => {
    const { outcome = "", opened = "", declined = "", record = "", order = "" } = form.dataset;
    return { outcome: outcome || opened, declined, record, order };
  };
  const textOf = (values, form) => JSON.stringify([values, focusOf(form)]);
  const standing = () => textOf(valuesOf(now.form), now.form);

  // ---- asking -------------------------------------------------------------------------------
  function ask() {
    if (!now || !now.form.isConnected) return;
    later(0);
    if (check()) return;
    const text = standing();
    if (now.asked.get(now.serial) === text && now.patience) return; // this request is under way
    const crowded = now.patience && Date.now() - now.since < CROWD;
    if (crowded) later(CROWD);
    else send(text, PATIENCE);
  }

  /* Ask after that many ms; 0 cancels. */
  function later(wait) {
    clearTimeout(now.typing);
    now.typing = wait ? setTimeout(ask, wait) : 0;
  }

  function calm() {
    clearTimeout(now.patience);
    now.patience = 0;
  }

  function questionOf(form, serial) {
    const record = Object.fromEntries(fieldsOf(form).map((field) => [field.dataset.feature, valueOf(field)]));
    const found = { record_id: form.dataset.record ?? "", row: form.dataset.row ?? "" };
    return { serial, model: form.dataset.model, ...focusOf(form), ...found, record };
  }

  function send(text, patience) {
    now.serial += 1;
    now.since = Date.now();
    now.asked.set(now.serial, text);
    now.asked.delete(now.serial - 50);
    const state = now;
    clearTimeout(state.patience);
    state.patience = setTimeout(() => { if (state === now) lost(patience); }, patience);
    window.likelySet(now.form.dataset.asks, { data: questionOf(now.form, now.serial) });
  }

  function lost(patience) {
    now.patience = 0;
    if (!now.form.isConnected || check()) return;
    panel("lost", `No answer from the server. Trying again …${earlier()}`);
    send(standing(), Math.min(2 * patience, LONGEST_WAIT));
  }

  // ---- answers ------------------------------------------------------------------------------
  function settle(answer) {
    if (answer.serial === 0) open(answer);
    else take(answer);
    return answer.serial;
  }

  function take(answer) {
    const text = now?.asked.get(answer.serial);
    if (text === undefined) return; // of a page that was left
    const late = answer.serial < now.newest;
    now.newest = Math.max(now.newest, answer.serial);
    now.shown = text;
    now.answer = answer;
    if (check()) return;
    const newest = answer.serial === now.serial;
    if (newest) calm();
    // The form changed meanwhile, or a late response was drawn over a newer one
    if (late || (newest && !now.typing)) ask();
  }

  function open(answer, tries = 60) {
    const form = document.querySelector("[data-asks]");
    const ready = form && fieldsOf(form).every((field) => controlOf(field) && field.dataset.feature in answer.record);
    if (!ready) {
      if (tries) requestAnimationFrame(() => open(answer, tries - 1));
      return;
    }
    if (now) { later(0); calm(); }
    dress(form);
    const values = fieldsOf(form).map((field) => answer.record[field.dataset.feature]);
    now = { form, serial: 0, newest: 0, asked: new Map(), shown: textOf(values, form), answer, typing: 0, patience: 0, since: 0 };
    ask();
  }

  /* True when the result belongs to the values in the form; shows the panel's state. */
  function check() {
    if (standing() !== now.shown) {
      // "invalid" and "lost" hide the numbers already, and stay until the next response
      if (byId("panel")?.dataset.state === "current") panel("waiting", "");
      return false;
    }
    later(0);
    calm();
    const faults = mark(now.answer);
    if (faults) {
      panel("invalid", faults);
      mirror(now.form); // so that a reload explains the same values again
    } else drawn(now);
    return true;
  }

  /* A response arrives before Dash has drawn it: the result is current once it is drawn. */
  function drawn(state, tries = 60) {
    if (state !== now || standing() !== state.shown) return;
    const serial = document.querySelector("#result [data-serial]")?.dataset.serial;
    if (!byId("panel") || Number(serial) === state.answer.serial) {
      panel("current", "");
      announce();
      lead(state);
      mirror(state.form);
      // Other scripts add to this result: reasons, sweeps, the change of the score
      tell("likely:current", { form: state.form, question: questionOf(state.form, state.answer.serial) });
    }
    else if (tries) requestAnimationFrame(() => drawn(state, tries - 1));
  }

  /* Where the page chooses the outcome, its first choice is kept while the record is edited. */
  function lead(state) {
    const { dataset } = state.form;
    if (dataset.opened !== "" || dataset.outcome) return;
    dataset.opened = document.querySelector("#result [data-focus]")?.dataset.focus ?? "";
    state.shown = standing();
  }

  // ---- messages -----------------------------------------------------------------------------
  function panel(state, words) {
    const panel = byId("panel");
    if (!panel) return;
    panel.dataset.state = state;
    now.form.dataset.standing = state;
    if (state !== "current") tell("likely:stale", { form: now.form });
    panel.setAttribute("aria-busy", String(state === "waiting"));
    if (byId("panel-words").textContent !== words) byId("panel-words").textContent = words;
  }

  function announce() {
    const aloud = byId("panel-said");
    const words = [...document.querySelectorAll("#result .said > *")].map((line) => line.textContent).join(". ");
    if (aloud && aloud.textContent !== words) aloud.textContent = words;
  }

  const tell = (name, detail) => dispatchEvent(new CustomEvent(name, { detail }));

  function mark(answer) {
    const faulty = [];
    for (const field of fieldsOf(now.form)) {
      const problem = answer.problems[field.dataset.feature];
      const note = answer.notes[field.dataset.feature];
      const said = byId(field.dataset.said);
      const words = problem ?? note ?? said.dataset.hint;
      if (said.textContent !== words) said.textContent = words;
      field.dataset.state = problem ? "problem" : note ? "note" : "";
      const target = field.querySelector("[role=radiogroup]") ?? controlOf(field);
      if (problem) target.setAttribute("aria-invalid", "true");
      else target.removeAttribute("aria-invalid");
      if (problem) faulty.push(field.querySelector(".field-label").firstChild.textContent);
    }
    if (answer.problems[""]) return answer.problems[""];
    if (!faulty.length) return "";
    const list = new Intl.ListFormat("en").format(faulty);
    return `No result: please correct ${list}.${earlier()}`;
  }

  const earlier = () =>
    document.querySelector("#result .number, #result .decisions") ? " What is faded belongs to earlier values." : "";

  /* Attributes that Dash's inputs do not have. */
  function dress(form) {
    for (const field of fieldsOf(form)) {
      const control = controlOf(field);
      const range = field.querySelector("input[type=range]");
      if (field.dataset.step) control.inputMode = "decimal";
      if (field.classList.contains("field-date")) control.type = "date";
      if (!field.querySelector("[role=radiogroup]")) control.setAttribute("aria-describedby", field.dataset.says);
      if (range) range.setAttribute("aria-labelledby", field.querySelector(".field-label").id);
      control.spellcheck = field.classList.contains("field-textarea");
    }
  }

  /* The address names the record and the values that differ from it, or from the defaults, so a reload or a link opens the
     same form. Personal values are left out of it; the browser's history keeps them for Back. */
  function mirror(form) {
    if (!form.dataset.mirror) return;
    const query = new URLSearchParams();
    const words = (form.dataset.own ?? "").split(" ");
    // Each version numbers its own sample: the same number is another record elsewhere
    const version = form.dataset.row ? form.dataset.version : "";
    const own = { ...focusOf(form), outcome: form.dataset.outcome, version };
    for (const word of words) if (own[word]) query.set(word, own[word]);
    const first = query.has("record") ? "default" : "start";
    let edited = false;
    for (const field of fieldsOf(form)) {
      const value = valueOf(field);
      const written = value !== field.dataset[first] && value.length <= LONGEST_IN_URL && !field.dataset.personal;
      // A text that is no number in these marks may be one in others: it is left out
      if (written && !misread(value)) query.set(field.dataset.feature, plain(value));
      edited ||= written;
    }
    // Another outcome may be the most probable by now, so the address names the one that is shown
    if (edited && form.dataset.opened && words.includes("outcome") && !own.outcome) query.set("outcome", form.dataset.opened);
    remember(form, query.size ? `?${query}` : "");
  }

  /* Another record is an entry of the browser's history; an edit is not. */
  function remember(form, search) {
    const kept = { ...history.state, likely: snapshot(form) };
    const address = location.pathname + search + location.hash;
    const turned = now.turned && search !== location.search;
    now.turned = false;
    if (turned) history.pushState(kept, "", address);
    else if (JSON.stringify(kept) !== JSON.stringify(history.state)) history.replaceState(kept, "", address);
  }

  /* The form's values, for the browser's history only. */
  function snapshot(form) {
    const of = (name) => fieldsOf(form).map((field) => field.dataset[name]);
    const { model, outcome, opened, declined, order, record, row, said } = form.dataset;
    return { path: location.pathname, model, outcome, opened, declined, order, record, row, said, first: of("default"), values: valuesOf(form) };
  }

  // ---- events -------------------------------------------------------------------------------
  /* Set a value with events as of typing, so that React and Dash notice. */
  function setText(control, text) {
    const kind = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement }[control.tagName] ?? HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(control, text);
    control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  }

  function setValue(field, text) {
    if (valueOf(field) === text) return;
    const control = controlOf(field);
    const radios = [...field.querySelectorAll("[role=radiogroup] input")];
    if (radios.length) radios.find((radio) => radio.value === text)?.click();
    else if (control.type === "checkbox") control.click();
    else setText(control, isNumber(field) ? write(text, marksOf(field)) : text);
  }

  /* The number as it was understood, written into its field. */
  function settleNumber(field) {
    if (!isNumber(field)) return;
    const control = controlOf(field);
    const text = write(valueOf(field), marksOf(field));
    if (text !== control.value) setText(control, text);
  }

  function step(field, direction) {
    const { step, low, high } = field.dataset;
    const standing = valueOf(field);
    const value = Number(standing || low || 0);
    if (!Number.isFinite(value)) return;
    const digits = Math.max(...[step, standing].map((text) => (text.split(".")[1] ?? "").length));
    const limits = [Number(low ?? -Infinity), Number(high ?? Infinity)];
    const moved = Math.min(Math.max(value + direction * Number(step), limits[0]), limits[1]);
    setValue(field, String(Number(moved.toFixed(Math.min(digits, 12)))));
    ask();
  }

  const isTyped = (element) => element.matches("textarea, input:not([type=radio], [type=checkbox], [type=range], [type=date])");

  addEventListener("input", (event) => {
    if (!now || formOf(event.target) !== now.form) return;
    const field = event.target.closest("[data-feature]");
    if (!field) return; // the search over the fields
    if (event.target.type === "range") {
      setValue(field, event.target.value);
      return setTimeout(ask);
    }
    const range = field.querySelector("input[type=range]");
    if (range) range.value = valueOf(field);
    if (!isTyped(event.target)) return; // other controls are read at their change event
    if (!check() && !field.dataset.searching) later(TYPING); // a search text is no value yet (37-combobox.js)
  });

  // React sets radios, switches and selects after its own handlers: read them once those are through.
  addEventListener("change", (event) => {
    if (now && formOf(event.target) === now.form) setTimeout(ask);
  });

  addEventListener("keydown", (event) => {
    const field = now && formOf(event.target) === now.form && event.target.closest("[data-feature]");
    if (!field || event.target !== controlOf(field) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.tagName === "INPUT") { settleNumber(field); ask(); }
    if (!field.dataset.step || event.target.type === "range") return;
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (by) { event.preventDefault(); step(field, event.shiftKey ? 10 * by : by); }
  });

  addEventListener("focusout", (event) => {
    const field = now && formOf(event.target) === now.form && event.target.closest("[data-feature]");
    if (field && event.target === controlOf(field)) settleNumber(field);
  });

  addEventListener("online", () => { if (now) ask(); });

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.likely = { settle };
  // React sets some controls after its own handlers, so asking waits until those are through.
  const turn = () => { if (now) now.turned = true; };
  window.likelyForm = { fieldsOf, controlOf, valueOf, setValue, setText, snapshot, turn, ask: () => setTimeout(ask) };
})();
