/* What scripts and Dash have to do with each other: addresses, properties of components, functions of clientside callbacks. */
type Id = string | Record<string, string>;
type Props = Record<string, unknown>;

declare global {
  interface Window { dash_clientside?: { likely?: object } }
  const dash_clientside: { set_props: (id: Id, props: Props) => void; no_update: unknown; callback_context: { triggered_id?: Id; triggered: { prop_id: string }[] } };
  const dash_component_api: { getLayout: (id: Id) => { props?: { id?: Id } } | undefined };
}

const MOMENT = 20; // ms
const MOMENTS = 100;
const root = document.querySelector<HTMLMetaElement>("meta[name=likely-root]")?.content ?? "/";

/* An address of the service as a browser asks for it: behind a proxy it may begin with a path prefix. */
export const address = (path: string) => root + path.slice(1);

/* Set properties of a component. Dash knows the components of a new page a moment after they are in the document; until
   then this waits, for set_props would fail. */
export function setProps(id: Id, props: Props, left = MOMENTS) {
  if (known(id)) dash_clientside.set_props(id, props);
  else if (left) setTimeout(() => setProps(id, props, left - 1), MOMENT);
}

/* Asked for an id it does not know, Dash throws or, for an id of patterns whose kind no component has yet, answers with
   the layout of the whole page: the component found has to bear the id. */
function known(id: Id) {
  try { return same(dash_component_api.getLayout(id)?.props?.id, id); } catch { return false; }
}

function same(found: Id | undefined, id: Id) {
  if (typeof found !== "object" || typeof id !== "object") return found === id;
  const keys = Object.keys(id);
  return keys.length === Object.keys(found).length && keys.every((key) => found[key] === id[key]);
}

/* Give functions to Dash's clientside callbacks: ClientsideFunction("likely", name). */
export function register(functions: object) {
  const ours = (window.dash_clientside ??= {});
  Object.assign(ours.likely ??= {}, functions);
}

/* To another address, as a link of Dash leads there: dcc.Location does not know an address that was mended. */
export function go(to: string) {
  history.pushState({}, "", to);
  dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}
