/** Reactions that the screen offers after the key for a reaction. A digit chooses one; 1 is the first. */
export const REACTIONS: readonly string[] = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];
