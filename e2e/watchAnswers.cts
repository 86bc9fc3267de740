/** Watching an answer of the chat grow, from inside the page. */

/** Of the browser, what `watchAnswers` touches. */
declare const document: { body: object; querySelectorAll(selector: string): Iterable<{ innerText: string }> };
declare const MutationObserver: new (onChange: () => void) => { observe(target: object, what: object): void };

/**
 * Every text that the answers in the chat have had, whenever the page changed, so that nothing depends on
 * how often one looks. Behind an answer stands an empty message, as long as more is to come.
 */
export async function watchAnswers({ patience, calm }: { patience: number; calm: number }): Promise<string[]> {
	return await new Promise((resolve, reject) => {
		const seen = new Set<string>();
		let ending: ReturnType<typeof setTimeout> | undefined;
		const look = (): void => {
			const messages = [...document.querySelectorAll('.chat-message-from-bot')].map(({ innerText }) =>
				innerText.trim(),
			);
			for (const text of messages) if (text !== '') seen.add(text);
			clearTimeout(ending);
			if (messages.at(-1)) ending = setTimeout(() => resolve([...seen]), calm);
		};
		new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
		setTimeout(() => reject(new Error('the answer did not end')), patience);
		look();
	});
}
