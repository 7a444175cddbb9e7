/** Reactions that the question about a reaction offers, by digit. */
export const REACTIONS: readonly string[] = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];
