/**
 * Copy of an object with added fields. In contrast to `{...object, field}`, all copies share one hidden class of V8: a spread
 * that adds fields gives every copy a class of its own, which takes 300 bytes or more.
 */
export function extend<T extends object, U extends object>(object: T, fields: U): T & U {
	return Object.assign({}, object, fields);
}
