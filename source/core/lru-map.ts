/**
 * Map of limited size that evicts its oldest entry. All bounded maps of the program are of this class.
 *
 * Setting a key makes its entry the newest; with `touchOnGet`, reading it does so too. The order is kept in a linked
 * list, because the order of a JavaScript `Map` is too slow for evictions. A new iterator of a `Map` first skips the
 * slots of all deleted entries, on average 500 for each eviction from 1024 entries. An iterator that is kept between
 * evictions keeps all earlier tables of the map in memory: 100 MB were measured after two million updates of a map of
 * two entries.
 */

interface Node<K, V> {
	readonly key: K;
	readonly value: V;
	older: Node<K, V> | undefined;
	/**
	 * Node of the next newer entry. A removed node keeps this reference, so that an iteration that has reached the
	 * node can continue.
	 */
	newer: Node<K, V> | undefined;
	isRemoved: boolean;
}

interface LruMapOptions {
	/** Whether `get` makes an entry the newest. Default: false. */
	readonly touchOnGet?: boolean;
}

export class LruMap<K, V> implements Iterable<readonly [K, V]> {
	readonly #limit: number;
	readonly #touchOnGet: boolean;
	readonly #nodes = new Map<K, Node<K, V>>();
	#oldest: Node<K, V> | undefined;
	#newest: Node<K, V> | undefined;

	/** `limit`: maximum number of entries. Throws RangeError if it is below 1. */
	constructor(limit: number, {touchOnGet = false}: LruMapOptions = {}) {
		if (!(limit >= 1)) throw new RangeError('The limit of a map is at least 1');
		this.#limit = limit;
		this.#touchOnGet = touchOnGet;
	}

	get size(): number {
		return this.#nodes.size;
	}

	get(key: K): V | undefined {
		const node = this.#nodes.get(key);
		if (node && this.#touchOnGet && node !== this.#newest) this.#append(key, node.value);
		return node?.value;
	}

	/** Whether the map has the key. The call does not change the order, even with `touchOnGet`. */
	has(key: K): boolean {
		return this.#nodes.has(key);
	}

	/** Sets a value and makes its entry the newest. A new key in a full map evicts the oldest entry. */
	set(key: K, value: V): this {
		if (this.#nodes.size >= this.#limit && !this.#nodes.has(key)) this.evictOldest();
		this.#append(key, value);
		return this;
	}

	delete(key: K): boolean {
		const node = this.#nodes.get(key);
		if (!node) return false;
		this.#nodes.delete(key);
		this.#unlink(node);
		return true;
	}

	clear(): void {
		for (const [key] of this) this.delete(key);
	}

	/**
	 * Removes and returns the oldest entry for which `isEvictable` returns true. It checks up to `maxTries` entries. Each
	 * checked entry that stays becomes the newest, so that the next call begins with entries that were not checked.
	 */
	evictOldest(
		isEvictable: (value: V, key: K) => boolean = () => true,
		maxTries: number = this.size,
	): readonly [K, V] | undefined {
		for (let tries = Math.min(maxTries, this.size); tries > 0 && this.#oldest; tries--) {
			const {key, value} = this.#oldest;
			if (isEvictable(value, key)) {
				this.delete(key);
				return [key, value];
			}

			this.#append(key, value);
		}

		return undefined;
	}

	/** Entries from the oldest to the newest. Deleting entries during the iteration is allowed. */
	*[Symbol.iterator](): Generator<readonly [K, V], void, undefined> {
		for (let node = this.#oldest; node; node = node.newer) if (!node.isRemoved) yield [node.key, node.value];
	}

	*keys(): Generator<K, void, undefined> {
		for (const [key] of this) yield key;
	}

	*values(): Generator<V, void, undefined> {
		for (const [, value] of this) yield value;
	}

	#append(key: K, value: V): void {
		const previous = this.#nodes.get(key);
		if (previous) this.#unlink(previous);
		const node: Node<K, V> = {key, value, older: this.#newest, newer: undefined, isRemoved: false};
		if (this.#newest) this.#newest.newer = node;
		else this.#oldest = node;
		this.#newest = node;
		this.#nodes.set(key, node);
	}

	#unlink(node: Node<K, V>): void {
		if (node.older) node.older.newer = node.newer;
		else this.#oldest = node.newer;
		if (node.newer) node.newer.older = node.older;
		else this.#newest = node.older;
		node.isRemoved = true;
	}
}
