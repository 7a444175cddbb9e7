/** Methods that use the state of the object on which they are called, so they must be called on the original stream. */
const LISTENER_METHODS = [
	'on',
	'once',
	'off',
	'addListener',
	'removeListener',
	'removeAllListeners',
	'prependListener',
	'emit',
	'listenerCount',
] as const;

/** Creates a stream in front of `stream` with some of its properties replaced. It shares the listeners of `stream`. */
export function overrideStream(stream: NodeJS.WriteStream, properties: PropertyDescriptorMap): NodeJS.WriteStream {
	const derived: NodeJS.WriteStream = Object.create(stream);
	for (const name of LISTENER_METHODS) Object.defineProperty(derived, name, {value: stream[name].bind(stream)});
	return Object.defineProperties(derived, properties);
}
