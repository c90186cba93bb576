/* The second step of a campaign: which column gives which feature, and what is wrong before anything runs. */
(() => {
  "use strict";
  const c = window.likelyCampaign;
  const { element } = c;
  const LONG = 600; // seconds that few would wait for reasons of all
  let job = null;
  let chosen = {}; // column -> feature, or "" for none: what was chosen by hand
  let asking = null;

  c.steps.columns = (found) => {
    job = found;
    chosen = {};
    c.part("matches").replaceChildren();
    c.part("holds").textContent = "Looking into the file …";
    for (const name of ["missing", "problems"]) c.part(name).replaceChildren();
    startButton().disabled = true;
    look();
  };

  const startButton = () => c.page().querySelector("[data-does=start]");

  async function look() {
    asking?.abort();
    const mine = (asking = new AbortController());
    const current = c.begin();
    startButton().disabled = true;
    try {
      const query = Object.keys(chosen).length ? `?columns=${encodeURIComponent(JSON.stringify(chosen))}` : "";
      const seen = await c.job(job.id, `/preview${query}`, { signal: mine.signal });
      if (current()) tell(seen);
    } catch (error) {
      if (error.name === "AbortError" || !current()) return;
      if (error.code === "not_held") c.route(await c.job(job.id));
      else if (error.status === 404) c.trouble(...c.lost(error));
      else if (error.status < 500 && !c.part("matches").childElementCount) c.trouble("The file cannot be read", error.words);
      else c.say("columns", error.words, true);
    }
  }

  // ---- what was seen --------------------------------------------------------------------------
  function tell(seen) {
    const records = seen.estimated === null ? "" : seen.estimated > seen.checked ? `about ${c.count(round(seen.estimated))} records` : c.noun(seen.estimated, "record");
    const given = seen.features.length - seen.missing.length;
    c.part("holds").textContent =
      `${job.name || "The file"} holds ${records || "records"}. ${c.count(given)} of ${c.noun(seen.features.length, "feature")} found.`;
    if (!c.part("matches").childElementCount) rows(seen);
    choose(seen);
    missing(seen);
    problems(seen);
    reasons(seen.seconds_with_reasons);
    startButton().textContent = records ? `Score ${records}` : "Score the records";
    startButton().disabled = !seen.ready;
    c.say("columns", seen.why, !seen.ready);
  }

  const round = (estimate) => Number(estimate.toPrecision(2)); // by the size of the file: two digits are honest

  function rows(seen) {
    const made = seen.header.map((column, at) => {
      const first = seen.rows.map((row) => row[at]).filter((cell) => cell !== "" && cell !== null && cell !== undefined);
      const options = [new Option("left as it is", ""), ...seen.features.map(({ name, label }) => new Option(label, name))];
      const select = element("select", { className: "form-select", "aria-label": `${column} is read as`, data: { column } }, ...options);
      return element("tr", {},
        element("th", { scope: "row" }, column || "(no name)"),
        element("td", { className: "campaign-first" }, first.join(" · ")),
        element("td", {}, select));
    });
    c.part("matches").replaceChildren(...made);
  }

  function choose(seen) {
    for (const select of c.part("matches").querySelectorAll("select")) {
      const feature = seen.columns[select.dataset.column] ?? "";
      if (select !== document.activeElement || select.value !== feature) select.value = feature;
      select.closest("tr").classList.toggle("campaign-unread", !feature);
    }
  }

  function missing(seen) {
    const names = seen.missing.map(({ label }) => label).join(", ");
    c.part("missing").textContent = names ? `No column gives: ${names}.` : "";
  }

  function problems(seen) {
    const place = c.part("problems");
    if (!seen.problems.length) { place.replaceChildren(); return; }
    const label = Object.fromEntries(seen.features.map((feature) => [feature.name, feature.label]));
    const lines = seen.problems.map(({ row, column, feature, message, hint, records }) => {
      const where = column || label[feature] || feature; // a line that does not fit its header has none
      const said = [where ? element("strong", {}, `${where}: `) : "", `${message} ${hint ?? ""} `];
      return element("li", {}, ...said, element("span", { className: "campaign-where" }, inRecords(row, records)));
    });
    const words = seen.refused
      ? `Of the first ${c.noun(seen.checked, "record")} ${c.count(seen.refused)} cannot be scored. They stay in the result, with what is wrong.`
      : `In the first ${c.noun(seen.checked, "record")}:`;
    place.replaceChildren(element("p", {}, words), element("ul", {}, ...lines));
  }

  const inRecords = (row, records) =>
    (records > 1 ? `In ${c.noun(records, "record")}, the first is ${c.count(row)}` : `In record ${c.count(row)}`);

  function reasons(seconds) {
    const long = seconds > LONG ? ". A list can have them too, for those on it only" : "";
    c.part("reasons-time").textContent = ` three for each record${seconds ? `, ${c.time(seconds)} more` : ""}${long}.`;
  }

  // ---- what a person does ---------------------------------------------------------------------
  addEventListener("change", (event) => {
    const { column } = event.target.dataset ?? {};
    if (column === undefined || !event.target.closest("#campaign-matches")) return;
    const feature = event.target.value;
    if (feature) { // a feature has one column
      for (const other of c.part("matches").querySelectorAll("select")) {
        if (other !== event.target && other.value === feature) chosen[other.dataset.column] = other.value = "";
      }
    }
    chosen[column] = feature;
    look();
  });

  addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-does=start]");
    if (!button || button.disabled || !c.page()) return;
    const current = c.begin();
    button.disabled = true;
    c.say("columns", "Starting …");
    try {
      const body = { columns: chosen, reasons: c.part("reasons").checked };
      const started = await c.job(job.id, "/start", { method: "POST", body });
      if (current()) c.route(started);
    } catch (error) {
      if (!current()) return;
      button.disabled = false;
      if (error.code === "not_held") c.route(await c.job(job.id).catch(() => job));
      else c.say("columns", error.words, true);
    }
  });
})();
