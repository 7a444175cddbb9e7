/** Where the inside tells what happens: one line each, secrets left out. `scope` as in `p2pchat:mesh`. */
export type Debug = (scope: string, text: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: Debug = () => {};
