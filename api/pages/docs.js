/* Copies a call; says so to those who look and to those who listen. */
(() => {
  "use strict";
  const said = document.getElementById("said");
  addEventListener("click", async (event) => {
    const button = event.target.closest(".call button");
    if (!button) return;
    const call = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(call.textContent);
      button.textContent = said.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(call); // without https there is no clipboard: the call is marked instead
      button.textContent = said.textContent = "Marked: copy with Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
})();
