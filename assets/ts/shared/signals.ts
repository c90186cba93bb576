/* Custom elements by which a page tells that something has been drawn: `signal(...)` in layouts/shared/static_html.py makes
   them. They show nothing. */

/* Call a function when an element `likely-NAME` comes into the document, and when one of its attributes changes. */
export function onSignal(name: string, attributes: string[], drawn: (element: HTMLElement) => void) {
  customElements.define(`likely-${name}`, class extends HTMLElement {
    static observedAttributes = attributes;
    planned = false;

    connectedCallback() { this.plan(); }
    attributeChangedCallback() { if (this.isConnected) this.plan(); }

    /* Once what is drawn with it is all there. */
    plan() {
      if (this.planned) return;
      this.planned = true;
      queueMicrotask(() => {
        this.planned = false;
        if (this.isConnected) drawn(this);
      });
    }
  });
}

/* Call a function with what a callback says to scripts: `message(...)` in layouts/shared/static_html.py. */
export function onMessage<M>(name: string, received: (message: M) => void) {
  onSignal(name, ["data-message"], ({ dataset }) => { if (dataset.message) received(JSON.parse(dataset.message) as M); });
}
