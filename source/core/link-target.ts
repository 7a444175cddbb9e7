/**
 * Target of a hyperlink (OSC 8) for a link in a text. The target is always the shown text itself, in which all
 * characters except printable ASCII are percent-encoded.
 */

/** Maximum length in bytes of the target of a hyperlink. Some terminals truncate longer targets (VTE accepts 2083). */
const MAX_TARGET_BYTES = 2083;

/**
 * Matches printable ASCII without spaces. A target that contains only these characters cannot end its escape sequence
 * early.
 */
const PRINTABLE = /^[!-~]+$/;

/**
 * Target for a link: the link with all characters except printable ASCII percent-encoded as UTF-8. Undefined if the
 * text is no http or https link, is too long, or contains a lone surrogate.
 */
export function linkTarget(link: string): string | undefined {
	if (!/^https?:\/\//i.test(link) || /\p{Surrogate}/u.test(link)) return undefined;
	const target = link.replace(/[^!-~]+/gu, encodeURIComponent);
	return target.length <= MAX_TARGET_BYTES && PRINTABLE.test(target) ? target : undefined;
}
