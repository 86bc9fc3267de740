/** How much a text is about a query, by rule: what a model sees that reads both together. */

/** The words that tell what a text is about, each by its beginning, so that "charges" is found in "charged". */
function stems(text: string): Set<string> {
	const words = text.toLowerCase().match(/\p{L}{4,}|\d+/gu) ?? [];
	return new Set(words.map((word) => word.slice(0, 5)));
}

/** Between 0 and 1, by how many words of a query a text has. */
export function relevance(query: string, text: string): number {
	const [asked, given] = [stems(query), stems(text)];
	const found = [...asked].filter((stem) => given.has(stem)).length;
	const share = found / Math.max(asked.size, 1);
	const density = found / Math.max(given.size, 1);
	return Math.fround(1 / (1 + Math.exp(4 - 8 * share - density)));
}
