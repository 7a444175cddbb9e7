/** Target of a hyperlink (OSC 8) for a link in a text. The target is always the shown text itself. */

/** Maximum length of a target in bytes. Longer ones are cut by some terminals (VTE takes 2083). */
const MAX_TARGET_BYTES = 2083;

/** Printable ASCII without blanks, so that no target can end its escape sequence. */
const PRINTABLE = /^[!-~]+$/;

/**
 * The link as printable ASCII: unchanged if it is that already, else with its other characters percent-encoded as UTF-8.
 * Undefined if it is no http or https link, too long, or no valid text.
 */
export function linkTarget(link: string): string | undefined {
	if (!/^https?:\/\//i.test(link) || /\p{Surrogate}/u.test(link)) return undefined;
	const target = link.replace(/[^!-~]+/gu, encodeURIComponent);
	return target.length <= MAX_TARGET_BYTES && PRINTABLE.test(target) ? target : undefined;
}
