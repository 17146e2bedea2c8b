/** The unit in which models of text are compared. */

/**
 * Converts a loss in nats, summed over so many characters, into bits per character.
 * @example
 * bitsPerCharacter(10 * Math.log(4), 10); // 2
 */
export const bitsPerCharacter = (nats: number, characters: number): number => nats / characters / Math.LN2;
