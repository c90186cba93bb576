/* Events by which scripts tell each other what the page shows. */
/* The request of the result on the screen, for scripts that add to it. */
export type Question = {
  serial: number; model: string; outcome: string; declined: string; record_id: string; row: string; order: string; rest?: string;
  record: Record<string, string>;
};
/* The result on the screen belongs to the values in the form: to `question`. */
export type Current = { form: HTMLElement; question: Question };
/* It does not, or there is none. */
export type Stale = { form: HTMLElement };
/* The server made an error in the callback with these outputs, which are JSON. */
export type Failed = { outputs: string };

/* The callback with these outputs was not answered, and is asked again until it is. */
export type Waiting = { outputs: string };

type Events = {
  "likely:current": CustomEvent<Current>;
  "likely:stale": CustomEvent<Stale>;
  "likely:filled": CustomEvent<Stale>; // by a record
  "likely:failed": CustomEvent<Failed>;
  "likely:waiting": CustomEvent<Waiting>;
  "likely:page": CustomEvent;
};

declare global {
  interface WindowEventMap extends Events {}
}

export const tell = <N extends keyof Events>(name: N, detail: Events[N]["detail"]) => dispatchEvent(new CustomEvent(name, { detail }));
