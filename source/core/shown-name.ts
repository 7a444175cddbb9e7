/**
 * Names as they are shown. A name must not look like what the program itself says about a person: a check mark means
 * verified or delivered, and parentheses behind a name contain an address or a remark.
 */

/**
 * Matches check marks and signs that look like check marks, with the invisible variation selector that may follow
 * them.
 */
const CHECK_MARKS =
	/[\u2713\u2714\u2705\u2611\u221a\u23b7\u237b\u2cfc\u{10102}\u{1f5f8}\u{1f5f9}\u{1f5f5}\u{1fbb1}\ua7a9]\ufe0e?\ufe0f?/gu;
/**
 * Matches a pair of parentheses or brackets with its content at the end of a name, or an opening one that is never
 * closed.
 */
const TRAILING_PARENTHESES = /\s*[([{⁽（﹙［【〔❨❪⟮⦅｟][^)\]}⁾）﹚］】〕❩❫⟯⦆｠]*[)\]}⁾）﹚］】〕❩❫⟯⦆｠]?\s*$/u;

/** The name without check marks and without parentheses at its end. Empty if nothing remains. */
export function shownName(name: string): string {
	let shown = name.replace(CHECK_MARKS, '').trim();
	for (let shorter = shown.replace(TRAILING_PARENTHESES, ''); shorter !== shown; ) {
		shown = shorter;
		shorter = shown.replace(TRAILING_PARENTHESES, '');
	}
	return shown;
}
