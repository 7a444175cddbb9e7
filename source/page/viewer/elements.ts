/** Creates elements. Texts become text nodes, so that no text can become markup. */

type Child = Node | string | undefined | false;

export function create<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	className: string,
	...children: readonly Child[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	if (className !== '') element.className = className;
	for (const child of children) if (child) element.append(child);
	return element;
}

/**
 * An element that contains the text of a person. Its writing direction is that of the text, and does not affect the
 * text around it.
 */
export function createText<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	className: string,
	...children: readonly Child[]
): HTMLElementTagNameMap[K] {
	const element = create(tag, className, ...children);
	element.dir = 'auto';
	return element;
}

export function createButton(label: string, action: () => void): HTMLButtonElement {
	const button = create('button', '', label);
	button.type = 'button';
	button.addEventListener('click', action);
	return button;
}

/** The element of the document with this id. The document always contains it. */
export function elementById(id: string): HTMLElement {
	const found = document.getElementById(id);
	if (!found) throw new Error(`The page has no element ${id}.`);
	return found;
}
