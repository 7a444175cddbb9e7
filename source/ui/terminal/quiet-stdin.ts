/**
 * What Ink gets for stdin: the terminal it is, but silent. Our own decoder reads the bytes (read-tokens.ts), since Ink 8
 * hides focus reports, merges keys that arrive together and loses an Esc before a report (lessons.md).
 */
export function createQuietStdin(stdin: NodeJS.ReadStream): NodeJS.ReadStream {
	const quiet: NodeJS.ReadStream = Object.create(stdin);
	const itself = () => quiet;
	return Object.assign(quiet, {
		isTTY: true,
		// Raw mode is the tap's.
		setRawMode: itself,
		setEncoding: itself,
		read: () => null,
		ref: itself,
		unref: itself,
		on: itself,
		once: itself,
		off: itself,
		addListener: itself,
		removeListener: itself,
	});
}
