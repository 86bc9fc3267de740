/** What a status or an error code tells a user. */
export interface Meaning {
	/** What happened, without a final full stop. */
	says: string;
	/** What to do next, in whole sentences. */
	advice: string;
}

/** The message of a failure with a status; `words` are the server's own, '' where it had none. */
export function statusMessage({ says }: Meaning, status: number, words: string): string {
	return `${says} (status ${status})${words === '' ? '' : `: ${words}`}`;
}
