/** A failure with a sentence for whoever runs the command; its stack would tell them nothing. */
export class PlainError extends Error {}
