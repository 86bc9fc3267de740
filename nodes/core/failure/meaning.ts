/** What a status or an error code tells a user. */
export interface Meaning {
	/** What happened, without a final full stop. */
	message: string;
	/** What to do next, in whole sentences. */
	description: string;
	/** What is to blame, where the status does not tell it: no row at all, or rows that the server does not name. */
	blames?: 'nothing' | 'rows';
}

/** The message of a failure with a status, without the server's own words. */
export function statusMessage({ message }: Meaning, status: number): string {
	return `${message} (status ${status})`;
}

/** A message with the server's own words behind it; '' where it had none. */
export function withWords(message: string, words: string): string {
	return words === '' ? message : `${message}: ${words}`;
}
