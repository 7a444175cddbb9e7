import type {OrderKey} from './order.js';
import type {Timeline} from './timeline.js';

type Whole = string | number | boolean | undefined | OrderKey | Timeline;

/** T as a recipe may write to it. Events and timelines stay whole: they are replaced, never changed. */
export type Writable<T> = T extends Whole ? T : {-readonly [K in keyof T]: Writable<T[K]>};
